import { Navigate, Route, Routes, useParams } from 'react-router';
import { invocationPath } from '../../invocations/invocation.ts';
import { InvocationList } from '../../invocations/list.tsx';
import type { FunctionTabProps } from '../tab-props.ts';

/** Every call of the function, and how it ended. */
export default function Invocations({ view: { name } }: FunctionTabProps) {
  return (
    <Routes>
      <Route index element={<InvocationList function={name} />} />
      <Route path=":id" element={<One />} />
    </Routes>
  );
}

/** An invocation has one page, wherever a link to it comes from. */
function One() {
  const { id = '' } = useParams();
  return <Navigate to={invocationPath(id)} replace />;
}
