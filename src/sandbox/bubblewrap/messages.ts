import type { SandboxExit, SandboxSpec, SandboxUsage } from '../sandbox.ts';

/** What the helper process is told at its start, as JSON in its one argument. */
export interface LauncherSettings {
  readonly owner: string;
  /** Folder of this owner alone; the helper removes it at its end. */
  readonly folder: string;
  /** Whether the helper has a mount namespace of its own. */
  readonly isPrivate: boolean;
}

/** gateway → helper. Those with a `request` number are answered by a `reply`. */
export type LauncherRequest =
  | { readonly type: 'start'; readonly spec: SandboxSpec }
  | { readonly type: 'place'; readonly id: string; readonly codeFolder: string }
  | { readonly type: 'socket'; readonly id: string; readonly socketPath: string }
  | { readonly type: 'connect'; readonly id: string; readonly port: number }
  | { readonly type: 'memory'; readonly id: string; readonly memoryMb: number }
  | { readonly type: 'freeze' | 'thaw' | 'usage' | 'kill'; readonly id: string }
  | { readonly type: 'close' };

export type NumberedRequest = LauncherRequest & { readonly request: number };

/** Which of a sandbox's sockets comes with a message; a connection is named after the request that asked for it. */
export type SocketName = 'channel' | 'stdout' | 'stderr' | `connection-${number}`;

/** helper → gateway. */
export type LauncherReport =
  | { readonly type: 'ready'; readonly canFreeze: boolean }
  | { readonly type: 'socket'; readonly id: string; readonly name: SocketName }
  | { readonly type: 'reply'; readonly request: number; readonly value?: unknown; readonly failure?: string }
  /** Everything of the sandbox is gone. */
  | { readonly type: 'ended'; readonly id: string; readonly exit: SandboxExit; readonly usage: SandboxUsage }
  | { readonly type: 'warning'; readonly message: string };
