import type { Deployment, Service } from '@aws-sdk/client-ecs'
import { describe, test } from 'vitest'
import { deploymentVerdict, progressText, scaleVerdict, takenBackVerdict } from './rollout.ts'

const deployment = (id: string, changes: Partial<Deployment> = {}): Deployment => ({
  id,
  status: 'PRIMARY',
  rolloutState: 'IN_PROGRESS',
  taskDefinition: 'arn:aws:ecs:us-east-1:111122223333:task-definition/web:2',
  desiredCount: 2,
  runningCount: 1,
  ...changes,
})
const service = (deployments: Deployment[], changes: Partial<Service> = {}): Service => ({
  status: 'ACTIVE',
  desiredCount: 2,
  runningCount: 2,
  pendingCount: 0,
  deployments,
  ...changes,
})
const done = { rolloutState: 'COMPLETED', runningCount: 2 } as const

describe('a deployment', () => {
  const judge = (...looks: Service[]): unknown => {
    const verdict = deploymentVerdict('new')
    return looks.map(verdict).at(-1)
  }

  test('has failed when ECS says so and takes nothing back', ({ expect }) => {
    const failed = deployment('new', {
      rolloutState: 'FAILED',
      rolloutStateReason: 'ECS deployment circuit breaker: tasks failed to start.',
    })
    expect(judge(service([failed]))).toEqual({ state: 'failed', reason: 'ECS deployment circuit breaker: tasks failed to start.' })
  })

  test('is rolled back when another is done in its place, not before', ({ expect }) => {
    const failed = deployment('new', { status: 'ACTIVE', rolloutState: 'FAILED' })
    const old = { taskDefinition: 'arn:aws:ecs:us-east-1:111122223333:task-definition/web:1' }
    expect(judge(service([deployment('old', old), failed]))).toEqual({ state: 'pending' })
    expect(judge(service([deployment('old', old), failed]), service([deployment('old', { ...old, ...done })]))).toEqual({
      state: 'rolled-back',
      reason: 'it failed, and the service runs web:1 again',
    })
  })

  test('that failed between two looks is known by the event', ({ expect }) => {
    const events = [{ message: '(service web) (deployment new) deployment failed: tasks failed to start.' }]
    expect(judge(service([deployment('old', done)], { events }))).toMatchObject({ state: 'rolled-back' })
  })

  test('whose place another took without a failure was superseded', ({ expect }) => {
    expect(judge(service([deployment('newer')]))).toEqual({ state: 'superseded', reason: 'deployment newer of web:2 took its place' })
  })

  test('of a service that is deleted has failed', ({ expect }) => {
    expect(judge(service([deployment('new')], { status: 'DRAINING' }))).toEqual({ state: 'failed', reason: 'the service is DRAINING' })
  })

  test('is done when ECS says so and all of its tasks run', ({ expect }) => {
    expect(judge(service([deployment('new')]))).toEqual({ state: 'pending' })
    expect(judge(service([deployment('new', done)], { runningCount: 1 }))).toEqual({ state: 'pending' })
    expect(judge(service([deployment('new', done)]))).toEqual({ state: 'completed' })
  })
})

test('a scaling is done when as many run as were asked for, unless somebody asked for another number', ({ expect }) => {
  const at = (desiredCount: number, runningCount: number): Service => service([], { desiredCount, runningCount })
  expect(scaleVerdict(4)(at(4, 2))).toEqual({ state: 'pending' })
  expect(scaleVerdict(4)(at(4, 4))).toEqual({ state: 'completed' })
  expect(scaleVerdict(4)(at(3, 3))).toEqual({ state: 'superseded', reason: 'somebody set the desired count to 3' })
})

test('a deployment is taken back when another one is done', ({ expect }) => {
  const verdict = takenBackVerdict('bad')
  expect(verdict(service([deployment('bad')]))).toEqual({ state: 'pending' })
  expect(verdict(service([deployment('good')]))).toEqual({ state: 'pending' })
  expect(verdict(service([deployment('good', done)]))).toEqual({ state: 'completed' })
})

test('progress tells of each deployment', ({ expect }) => {
  const old = deployment('old', { status: 'ACTIVE', taskDefinition: 'web:1', rolloutState: 'COMPLETED' })
  expect(progressText(service([deployment('new'), old], { pendingCount: 1 }))).toBe(
    '2 of 2 running, 1 pending; web:2 IN_PROGRESS 1/2; web:1 COMPLETED 1/2',
  )
})
