import * as sdk from '@aws-sdk/client-cloudtrail'
import { operationNames } from '../../kernel/operation-names.ts'
import type { Service } from '../../kernel/operation.ts'
import { describeTrails } from './operations/describe-trails.ts'
import { lookupEvents } from './operations/lookup-events.ts'
import type { CloudTrailPorts } from './ports.ts'

export function cloudTrailService(ports: CloudTrailPorts): Service<CloudTrailPorts> {
  return {
    name: 'cloudtrail',
    protocol: 'aws-json',
    targets: ['com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101', 'CloudTrail_20131101'],
    eventSource: 'cloudtrail.amazonaws.com',
    operations: [describeTrails, lookupEvents],
    knownOperations: operationNames(sdk),
    ports,
  }
}
