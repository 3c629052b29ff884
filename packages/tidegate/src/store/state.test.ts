import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { TestContext } from 'vitest'
import { usePostgres } from '../../test/support/postgres.ts'
import { durableContract, stateContract } from '../../test/support/state-contract.ts'
import type { Subject } from '../../test/support/state-contract.ts'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { memoryState, openState } from './open-state.ts'

const server = usePostgres()

stateContract('memory', () => ({ open: () => memoryState() }), { isDurable: false, runs: 100 })

const sqlite = (context: TestContext): Subject => {
  const database = join(temporaryFolder(context), `${randomBytes(4).toString('hex')}.db`)
  return { open: () => openState({ database }) }
}
stateContract('SQLite', sqlite)
durableContract('SQLite', sqlite)

const postgres = async (context: TestContext): Promise<Subject> => {
  const database = await server(context).database()
  return { open: () => openState({ database }) }
}
stateContract('PostgreSQL', postgres)
durableContract('PostgreSQL', postgres)
