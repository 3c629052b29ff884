/** The service of our own: what the console and the command line ask, as clients like any other. */
import { signingName, targetPrefix } from '../../api/target.ts'
import type { Service } from '../../kernel/operation.ts'
import { countActivity, describeEventChain, describeIntegrity, lookupActivity } from './operations/activity.ts'
import { describeDecision } from './operations/describe-decision.ts'
import { listAccess } from './operations/list-access.ts'
import { listPrincipalsWithAccess } from './operations/list-principals-with-access.ts'
import { lookupLogLines } from './operations/log-lines.ts'
import { simulateAccess } from './operations/simulate-access.ts'
import type { TidegatePorts } from './ports.ts'

export function tidegateService(ports: TidegatePorts): Service<TidegatePorts> {
  const operations = [
    countActivity,
    describeDecision,
    describeEventChain,
    describeIntegrity,
    listAccess,
    listPrincipalsWithAccess,
    lookupActivity,
    lookupLogLines,
    simulateAccess,
  ]
  return {
    name: signingName,
    protocol: 'aws-json',
    targets: [targetPrefix],
    eventSource: 'tidegate',
    operations,
    knownOperations: operations.map(({ name }) => name),
    ports,
  }
}
