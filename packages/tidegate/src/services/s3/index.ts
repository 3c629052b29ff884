import * as sdk from '@aws-sdk/client-s3'
import { operationNames } from '../../kernel/operation-names.ts'
import type { Service } from '../../kernel/operation.ts'
import { configurationOf } from './configured.ts'
import { crossOriginHeaders } from './cors.ts'
import { accessOperations } from './operations/bucket-access.ts'
import { configurationOperations } from './operations/bucket-configurations.ts'
import { bucketOperations } from './operations/buckets.ts'
import { copyObject } from './operations/copy-object.ts'
import { deleteOperations } from './operations/delete-objects.ts'
import { readOperations } from './operations/get-object.ts'
import { listOperations } from './operations/list-objects.ts'
import { multipartListings } from './operations/multipart-listings.ts'
import { multipartOperations } from './operations/multipart.ts'
import { settingOperations } from './operations/object-settings.ts'
import { putObject } from './operations/put-object.ts'
import type { S3Ports } from './ports.ts'
import { findBucket } from './state.ts'

export function s3Service(ports: S3Ports): Service<S3Ports> {
  return {
    name: 's3',
    protocol: 'rest-xml',
    version: '2006-03-01',
    eventSource: 's3.amazonaws.com',
    operations: [
      ...bucketOperations,
      ...accessOperations,
      ...configurationOperations,
      ...readOperations,
      putObject,
      copyObject,
      ...deleteOperations,
      ...listOperations,
      ...settingOperations,
      ...multipartOperations,
      ...multipartListings,
    ],
    knownOperations: operationNames(sdk),
    ports,
    crossOrigin({ bucket: name, ...request }) {
      const bucket = ports.state.read((view) => findBucket(view, name))
      const cors = bucket && configurationOf<sdk.CORSConfiguration>(bucket, 'cors')
      return cors && crossOriginHeaders(cors.CORSRules ?? [], request)
    },
  }
}
