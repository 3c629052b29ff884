/**
 * The program of the demonstration's task. It knows no key, no account and no endpoint: the SDK finds them, as on ECS.
 *
 *   report.ts write BUCKET   writes a report and reads it back
 *   report.ts peek BUCKET    reads what it may not
 *   report.ts serve BUCKET   writes a report every second, until it is told to stop
 */
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'

const [what = 'write', bucket = ''] = process.argv.slice(2)
const s3 = new S3Client({})

switch (what) {
  case 'write': {
    const { Arn } = await new STSClient({}).send(new GetCallerIdentityCommand({}))
    tell({ iAm: Arn, keysInEnvironment: Object.keys(process.env).filter((name) => /^AWS_(?:ACCESS|SECRET|SESSION)/.test(name)) })
    const key = `out/${new Date().toISOString().slice(0, 10)}.csv`
    await write(key, 'harbour,ships\nnorth,42\n')
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
    tell({ wrote: `s3://${bucket}/${key}`, readBack: await Body?.transformToString() })
    break
  }
  case 'peek':
    try {
      await s3.send(new GetObjectCommand({ Bucket: bucket, Key: 'salaries.csv' }))
      tell({ read: bucket })
    } catch (error) {
      const { name, message, $metadata } = error as Error & { readonly $metadata?: { readonly requestId?: string } }
      tell({ refused: name, message, requestId: $metadata?.requestId })
    }
    break
  case 'serve': {
    const stopping = new AbortController()
    process.once('SIGTERM', () => stopping.abort())
    for (let n = 1; !stopping.signal.aborted; n++) {
      await write('out/live.csv', `beat,${n}\n`)
      tell({ beat: n })
      await sleep(1000, undefined, { signal: stopping.signal }).catch(() => {})
    }
    break
  }
  default:
    throw new Error(`no such thing to do: ${what}`)
}

async function write(Key: string, Body: string): Promise<void> {
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body }))
}

function tell(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}
