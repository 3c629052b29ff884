import { test } from 'vitest'
import type { HealthStatus } from '../runtime-port.ts'
import type { TaskDefinition } from '../state.ts'
import { newTask } from '../task.ts'
import type { Task } from '../task-state.ts'
import { ServiceBook } from './service-book.ts'

const HOUR = 3_600_000
const options = { graceSeconds: 60 }
const all = (): boolean => true

function running(startedAt: number, health?: HealthStatus): Task {
  const container = { name: 'app', image: 'app:1', ...(health && { healthCheck: { command: ['true'] } }) }
  const taskDefinition: TaskDefinition = {
    family: 'web',
    revision: 1,
    status: 'ACTIVE',
    registeredAt: 0,
    registeredBy: '',
    tags: [],
    definition: { containerDefinitions: [container] },
  }
  const task = newTask('1', startedAt, {
    cluster: 'prod',
    taskDefinition,
    launchType: 'EC2',
    group: 'service:web',
    service: { name: 'web', deployment: 'one' },
    overrides: {},
    enableExecuteCommand: false,
    tags: [],
    createdBy: [],
  })
  const containers = task.containers.map((each) => ({ ...each, ...(health && { health: { status: health, since: startedAt } }) }))
  return { ...task, lastStatus: 'RUNNING', startedAt, containers }
}

test('a task without a health check settles for two seconds, one that is unhealthy has its time of grace', ({ expect }) => {
  const book = new ServiceBook()
  expect(book.note(running(HOUR), HOUR + 1, options)).toBe(HOUR + 2_000)
  expect(book.counts(all)).toEqual({ pending: 0, settling: 1, healthy: 0 })
  expect(book.note(running(HOUR), HOUR + 2_000, options)).toBeUndefined()
  expect(book.counts(all)).toEqual({ pending: 0, settling: 0, healthy: 1 })
  expect(book.note(running(HOUR, 'UNHEALTHY'), HOUR + 1, options)).toBe(HOUR + 60_000)
  expect(book.unhealthy).toEqual([])
})

test('no task waits for a clock that was set back', ({ expect }) => {
  const book = new ServiceBook()
  expect(book.note(running(HOUR), 0, options)).toBeUndefined()
  expect(book.counts(all)).toMatchObject({ healthy: 1 })
  expect(book.note(running(HOUR, 'UNHEALTHY'), 0, options)).toBeUndefined()
  expect(book.unhealthy).toEqual(['1'])
})
