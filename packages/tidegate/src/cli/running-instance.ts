/** What commands ask the instance that runs on a data folder. */
import { askInstance, type ControlRequest, type InstanceStatus, NotRunning } from '../control.ts'
import { UsageError } from './usage-error.ts'

/** @throws UsageError where no instance runs; Error with the instance's own words when it refuses */
export async function askRunning<T>(control: string, request: ControlRequest): Promise<T> {
  try {
    return await askInstance<T>(control, request)
  } catch (error) {
    if (error instanceof NotRunning) throw new UsageError(error.message, 'tidegate up')
    throw error
  }
}

/** Undefined where no instance runs. */
export async function statusOf(control: string): Promise<InstanceStatus | undefined> {
  try {
    return await askInstance<InstanceStatus>(control, { ask: 'status' })
  } catch (error) {
    if (error instanceof NotRunning) return undefined
    throw error
  }
}
