import { test } from 'vitest'
import { signedHeaders } from './sigv4.ts'

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' }
const scope = { region: 'us-east-1', service: 'service', now: Date.UTC(2015, 7, 30, 12, 36) }

// AWS's own test suite for signature version 4: the case post-vanilla.
test('a request is signed as the test suite of AWS signs it', async ({ expect }) => {
  const headers = await signedHeaders({ host: 'example.amazonaws.com' }, '', credentials, scope)
  expect(headers).toEqual({
    'x-amz-date': '20150830T123600Z',
    authorization:
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, ' +
      'Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
  })
})

test('a session token is signed and sent', async ({ expect }) => {
  const headers = await signedHeaders({ host: 'h' }, '{}', { ...credentials, sessionToken: 'token' }, scope)
  expect(headers['x-amz-security-token']).toBe('token')
  expect(headers['authorization']).toContain('SignedHeaders=host;x-amz-date;x-amz-security-token,')
})

test('the host is signed but left to the browser to send', async ({ expect }) => {
  expect(await signedHeaders({ host: 'h' }, '', credentials, scope)).not.toHaveProperty('host')
})
