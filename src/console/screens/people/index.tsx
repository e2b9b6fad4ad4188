import { lazy, Suspense } from 'react';
import { Route, Routes } from 'react-router';
import { ByName } from '../../ui/list-and-page.tsx';
import { Loading } from '../../ui/loading.tsx';
import { NotFound } from '../../ui/not-found.tsx';
import { UserList } from './users/user-list.tsx';

const UserPage = lazy(() => import('./users/user-page.tsx'));
const TeamList = lazy(() => import('./teams/team-list.tsx'));
const TeamPage = lazy(() => import('./teams/team-page.tsx'));
const RoleList = lazy(() => import('./roles/role-list.tsx'));
const RolePage = lazy(() => import('./roles/role-page.tsx'));
const TokenList = lazy(() => import('./tokens/token-list.tsx'));
const PolicyList = lazy(() => import('./policies/policy-list.tsx'));
const PolicyPage = lazy(() => import('./policies/policy-page.tsx'));
const Quotas = lazy(() => import('./quotas/quotas.tsx'));
const ExecutionRoleList = lazy(() => import('./execution-roles/execution-role-list.tsx'));
const ExecutionRolePage = lazy(() => import('./execution-roles/execution-role-page.tsx'));
const CanView = lazy(() => import('./can/can-view.tsx'));

/** Who may do what, and how much: people, teams, roles, tokens; policies and quotas; what functions may touch. */
export default function People() {
  return (
    <Suspense fallback={<Loading />}>
      <Routes>
        <Route index element={<UserList />} />
        <Route path="users/:name" element={<ByName page={UserPage} />} />
        <Route path="teams" element={<TeamList />} />
        <Route path="teams/:name" element={<ByName page={TeamPage} />} />
        <Route path="roles" element={<RoleList />} />
        <Route path="roles/:name" element={<ByName page={RolePage} />} />
        <Route path="tokens" element={<TokenList />} />
        <Route path="policies" element={<PolicyList />} />
        <Route path="policies/:name" element={<ByName page={PolicyPage} />} />
        <Route path="quotas" element={<Quotas />} />
        <Route path="execution-roles" element={<ExecutionRoleList />} />
        <Route path="execution-roles/:name" element={<ByName page={ExecutionRolePage} />} />
        <Route path="can" element={<CanView />} />
        <Route path="*" element={<NotFound />} />
      </Routes>
    </Suspense>
  );
}
