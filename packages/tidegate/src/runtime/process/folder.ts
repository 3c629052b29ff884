/** Where the process runtime keeps what is its own, below the data folder. */
import { join } from 'node:path'

export const socketPath = (folder: string): string => join(folder, 'supervisor.sock')
/** Whoever has the lock on it is the supervisor. */
export const lockPath = (folder: string): string => join(folder, 'supervisor.lock')
/** Where the supervisor writes what it has to say; nothing as a rule. */
export const supervisorLogPath = (folder: string): string => join(folder, 'supervisor.log')
export const containerFolder = (folder: string, id: string): string => join(folder, id)
export const recordPath = (folder: string): string => join(folder, 'process.json')
