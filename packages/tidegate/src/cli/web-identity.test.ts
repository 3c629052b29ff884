import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, test } from 'vitest'
import { assumeRoleWithWebIdentity, StsRefusal } from './web-identity.ts'

const input = { roleArn: 'arn:aws:iam::111122223333:role/developer', sessionName: 'alice', idToken: 'a.b.c', durationSeconds: 900 }

let answer: { status: number; text: string }
const server = createServer((_, response) => void response.writeHead(answer.status).end(answer.text))
beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)))
afterAll(() => void server.close())

/** What comes of an answer. */
function answered(status: number, text: string) {
  answer = { status, text }
  return assumeRoleWithWebIdentity(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, input)
}

const refusal = (message: string): string =>
  `<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>${message}</Message></Error></ErrorResponse>`

test('a refusal is told in the words of STS', async ({ expect }) => {
  await expect(answered(403, refusal('not &quot;you&quot; &amp; not &#x6e;ow&#33;'))).rejects.toThrow(
    new StsRefusal('not "you" & not now!'),
  )
  await expect(answered(403, refusal('&#xffffff;&#9999999;&nonsense;'))).rejects.toThrow(new StsRefusal('&#xffffff;&#9999999;&nonsense;'))
})

test('an answer without credentials is a refusal, whatever it is', async ({ expect }) => {
  await expect(answered(502, '<html>')).rejects.toThrow(new StsRefusal('HTTP 502'))
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
      await expect(answered(200, `<AccessKeyId>ASIA</AccessKeyId>${text}`)).rejects.toThrow(StsRefusal)
    }),
    { numRuns: 30 },
  )
})

test('credentials are read with the time of their end', async ({ expect }) => {
  const xml = `<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>ASIAEXAMPLE</AccessKeyId>
    <SecretAccessKey>a/b+c=</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2026-11-25T18:32:54Z</Expiration></Credentials>
    </AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`
  expect(await answered(200, xml)).toEqual({
    accessKeyId: 'ASIAEXAMPLE',
    secretAccessKey: 'a/b+c=',
    sessionToken: 't',
    expiration: new Date('2026-11-25T18:32:54Z'),
  })
})
