/**
 * Amazon CloudWatch Logs: groups, streams, events, who they belong to.
 * @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/Welcome.html
 */
import * as client from '@aws-sdk/client-cloudwatch-logs'
import { operationNames } from '../../kernel/operation-names.ts'
import type { Operation, Service } from '../../kernel/operation.ts'
import { filterLogEvents, testMetricFilter } from './operations/filter-log-events.ts'
import { getLogEvents } from './operations/get-log-events.ts'
import * as groups from './operations/log-groups.ts'
import { createLogStream, deleteLogStream, describeLogStreams } from './operations/log-streams.ts'
import * as metricFilters from './operations/metric-filters.ts'
import { putLogEvents } from './operations/put-log-events.ts'
import * as queryDefinitions from './operations/query-definitions.ts'
import * as resourcePolicies from './operations/resource-policies.ts'
import { startLiveTail } from './operations/start-live-tail.ts'
import * as tags from './operations/tags.ts'
import type { LogsPorts } from './ports.ts'

export function logsService(ports: LogsPorts): Service<LogsPorts> {
  return {
    name: 'logs',
    protocol: 'aws-json',
    targets: ['Logs_20140328'],
    eventSource: 'logs.amazonaws.com',
    operations,
    knownOperations: operationNames(client),
    ports,
  }
}

const operations: readonly Operation<LogsPorts>[] = [
  ...Object.values(groups),
  createLogStream,
  deleteLogStream,
  describeLogStreams,
  putLogEvents,
  getLogEvents,
  filterLogEvents,
  testMetricFilter,
  startLiveTail,
  ...Object.values(tags),
  ...Object.values(metricFilters),
  ...Object.values(resourcePolicies),
  ...Object.values(queryDefinitions),
]
