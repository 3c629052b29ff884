import { type Behaviour, runtimeContract } from './support/runtime-contract.ts'
import { type Script, SimulatedRuntime } from './support/simulated-runtime.ts'
import { VirtualTime } from './support/virtual-time.ts'

const ready = [{ after: 0, text: 'ready' }]
const scripts: Record<Behaviour, Script> = {
  'runs until asked to end': { says: ready },
  'does not hear that it should end': { says: ready, endsAfter: 'never' },
  'ends with 3': { exits: { after: 10, exitCode: 3 } },
  'says one, two and a complaint, and ends': {
    says: [
      { after: 1, text: 'one' },
      { after: 2, text: 'two' },
      { after: 3, text: 'a complaint', stream: 'stderr' },
    ],
    exits: { after: 10, exitCode: 0 },
  },
  'is no program': { failsToStart: { kind: 'CannotStartContainerError', reason: 'there is no such program' } },
  'is healthy': { health: [{ after: 10, status: 'HEALTHY' }] },
  'is unhealthy': { health: [{ after: 10, status: 'UNHEALTHY' }] },
  'says early, waits for a sign, says late, ends with 4': { says: [{ after: 0, text: 'early' }] },
}

runtimeContract('simulated', () => {
  const time = new VirtualTime()
  const runtime = new SimulatedRuntime({ clock: time.clock, timers: time, scriptOf: ({ image }) => scripts[image as Behaviour] })
  return {
    open: () => Promise.resolve(runtime),
    spec: (image) => ({ image }),
    async until(claim) {
      while (!claim()) await time.advance(100)
    },
    giveSign() {
      const waiting = runtime.running.find(({ spec }) => spec.image.startsWith('says early'))
      if (waiting === undefined) throw new Error('nobody waits for a sign')
      runtime.say(waiting, 'late')
      runtime.kill(waiting, { exitCode: 4 })
    },
  }
})
