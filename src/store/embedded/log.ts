/** Where the store tells the operator what no caller can be told; a pino logger fits. */
export interface StoreLog {
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

export const silentLog: StoreLog = { warn() {}, error() {} };
