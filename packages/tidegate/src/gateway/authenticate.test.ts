import { createHmac } from 'node:crypto'
import { describe, test } from 'vitest'
import { bodyOf, exampleKey, presigned, type SignerOptions, signed, signingKey, stamp, wireRequest } from '../../test/support/signer.ts'
import { AwsError, commonError } from '../kernel/aws-error.ts'
import type { Caller } from '../kernel/caller.ts'
import type { WireRequest } from '../kernel/wire-request.ts'
import { parseCredential } from '../wire/sigv4/credential-scope.ts'
import { SignatureVerifier } from '../wire/sigv4/verifier.ts'
import { type AuthenticationDeps, authenticate, authenticatePostForm, type CalledService } from './authenticate.ts'
import type { Credentials } from './credentials.ts'

const noon = Date.UTC(2026, 10, 22, 12, 0, 0)
const minute = 60_000

const sts: CalledService = { service: 'sts', protocol: 'aws-query', isUnsignedAllowed: false }
const ecs: CalledService = { service: 'ecs', protocol: 'aws-json', isUnsignedAllowed: false }
const s3: CalledService = { service: 's3', protocol: 'rest-xml', isUnsignedAllowed: false }

const alice: Caller = {
  principal: { kind: 'user', arn: 'arn:aws:iam::111122223333:user/alice', account: '111122223333' },
  accountId: '111122223333',
  context: {},
  policies: [],
  userIdentity: { type: 'IAMUser' },
  credential: { kind: 'long-term', accessKeyId: exampleKey.accessKeyId },
  actorChain: [],
}

const credentials: Credentials = {
  find(accessKeyId, sessionToken) {
    if (accessKeyId === 'ASIAEXPIRED') throw commonError('ExpiredToken', 'over')
    if (accessKeyId === 'ASIAREVOKED') throw commonError('InvalidClientTokenId', 'gone')
    if (accessKeyId === 'ASIASESSION') {
      return sessionToken === 'sealed' ? { secretAccessKey: exampleKey.secretAccessKey, caller: () => alice } : undefined
    }
    return accessKeyId === exampleKey.accessKeyId ? { secretAccessKey: exampleKey.secretAccessKey, caller: () => alice } : undefined
  },
}

function deps(overrides: Partial<AuthenticationDeps> = {}): AuthenticationDeps {
  return { credentials, verifier: new SignatureVerifier(), clock: () => noon, allowS3SigV2: true, bodyLimit: 1_000_000, ...overrides }
}

async function refusal(request: WireRequest, called: CalledService, overrides: Partial<AuthenticationDeps> = {}): Promise<AwsError> {
  try {
    await authenticate(request, called, deps(overrides))
  } catch (error) {
    if (error instanceof AwsError) return error
    throw error
  }
  throw new Error('the request was accepted')
}

const form = { body: 'Action=GetCallerIdentity&Version=2011-06-15', headers: { 'content-type': 'application/x-www-form-urlencoded' } }
const at = (options: Partial<SignerOptions> & { service: string }): SignerOptions => ({ at: noon, ...options })

describe('without a signature', () => {
  const bare = wireRequest({ headers: [['host', 'localhost']] })

  test('each protocol has its own name for a missing one', async ({ expect }) => {
    expect(await refusal(bare, sts)).toMatchObject({
      code: 'MissingAuthenticationToken',
      status: 403,
      message: 'Request is missing Authentication Token',
    })
    expect(await refusal(bare, ecs)).toMatchObject({ code: 'MissingAuthenticationTokenException', status: 400 })
  })

  test('S3, and an operation that may be unsigned, have an anonymous caller', async ({ expect }) => {
    for (const called of [s3, { ...sts, isUnsignedAllowed: true }]) {
      const { caller, context, body } = await authenticate(wireRequest({ headers: [['host', 'h']], body: 'x' }), called, deps())
      expect(caller.principal).toEqual({ kind: 'anonymous' })
      expect(context).toEqual({})
      expect(Buffer.from(await body.bytes(10)).toString()).toBe('x')
    }
  })

  test('T-04 half a signature is never no signature', async ({ expect }) => {
    const streaming = [
      ['host', 'h'],
      ['x-amz-content-sha256', 'STREAMING-UNSIGNED-PAYLOAD-TRAILER'],
    ] as const
    for (const query of ['X-Amz-Credential=AKIDEXAMPLE%2F20261122%2Fus-east-1%2Fs3%2Faws4_request', 'x-amz-signature=00', 'X-Amz-Date=1']) {
      expect(await refusal(wireRequest({ headers: streaming, query }), s3)).toMatchObject({ code: 'AuthorizationQueryParametersError' })
    }
    for (const authorization of ['', 'AWS4-HMAC-SHA256', 'Bearer x', 'AWS', 'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE']) {
      const error = await refusal(wireRequest({ headers: [...streaming, ['authorization', authorization]] }), s3)
      expect(error.status).toBe(400)
    }
  })
})

describe('with a signature', () => {
  test('the caller is who has the key, in every protocol', async ({ expect }) => {
    expect((await authenticate(signed(form, at({ service: 'sts' })), sts, deps())).caller).toBe(alice)
    expect((await authenticate(signed({ body: '{}' }, at({ service: 'ecs' })), ecs, deps())).caller).toBe(alice)
    expect((await authenticate(signed({ method: 'PUT', path: '/b/k', body: 'x' }, at({ service: 's3' })), s3, deps())).caller).toBe(alice)
  })

  test('the wrong one has the name and text that each service gives it', async ({ expect }) => {
    const wrong = { secretAccessKey: 'x'.repeat(40) }
    const text =
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.'
    expect(await refusal(signed(form, at({ service: 'sts', ...wrong })), sts)).toMatchObject({
      code: 'SignatureDoesNotMatch',
      status: 403,
      message: text,
    })
    expect(await refusal(signed({}, at({ service: 'ecs', ...wrong })), ecs)).toMatchObject({
      code: 'InvalidSignatureException',
      status: 400,
      message: text,
    })
    expect(await refusal(signed({}, at({ service: 's3', ...wrong })), s3)).toMatchObject({
      code: 'SignatureDoesNotMatch',
      status: 403,
      message: 'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    })
  })

  test('an unknown key has the name and text that each service gives it', async ({ expect }) => {
    const stranger = { accessKeyId: 'AKIASTRANGER' }
    const text = 'The security token included in the request is invalid.'
    expect(await refusal(signed(form, at({ service: 'sts', ...stranger })), sts)).toMatchObject({
      code: 'InvalidClientTokenId',
      status: 403,
      message: text,
    })
    expect(await refusal(signed({}, at({ service: 'ecs', ...stranger })), ecs)).toMatchObject({
      code: 'UnrecognizedClientException',
      status: 400,
      message: text,
    })
    expect(await refusal(signed({}, at({ service: 's3', ...stranger })), s3)).toMatchObject({ code: 'InvalidAccessKeyId', status: 403 })
  })

  test('no message, member or detail of a refusal holds a signature or a session token', async ({ expect }) => {
    const request = signed({}, at({ service: 's3', accessKeyId: 'ASIASESSION', sessionToken: 'sealed', secretAccessKey: 'wrong' }))
    const { message, members, detail } = await refusal(request, s3)
    const authorization = request.headers.find(([name]) => name === 'authorization')?.[1] ?? ''
    const text = JSON.stringify({ message, members, detail })
    expect(text).not.toContain(authorization.slice(-64))
    expect(text).not.toContain('sealed')
  })
})

describe('sessions', () => {
  test('T-13 a missing, foreign or garbled session token and a deleted session are one refusal', async ({ expect }) => {
    const session = { service: 'sts', accessKeyId: 'ASIASESSION' }
    expect((await authenticate(signed(form, at({ ...session, sessionToken: 'sealed' })), sts, deps())).caller).toBe(alice)
    const refusals = [
      await refusal(signed(form, at(session)), sts),
      await refusal(signed(form, at({ ...session, sessionToken: 'garbled' })), sts),
      await refusal(signed(form, at({ ...session, accessKeyId: 'ASIAREVOKED', sessionToken: 'sealed' })), sts),
    ]
    for (const { code, message, status, members } of refusals) {
      expect({ code, message, status, members }).toEqual({
        code: 'InvalidClientTokenId',
        message: 'The security token included in the request is invalid.',
        status: 403,
        members: {},
      })
    }
    expect(await refusal(signed({}, at({ ...session, service: 's3', sessionToken: 'garbled' })), s3)).toMatchObject({
      code: 'InvalidToken',
    })
  })

  test('an expired one is named as each service names it', async ({ expect }) => {
    const session = { accessKeyId: 'ASIAEXPIRED', sessionToken: 'sealed' }
    expect(await refusal(signed(form, at({ service: 'sts', ...session })), sts)).toMatchObject({ code: 'ExpiredToken', status: 403 })
    expect(await refusal(signed({}, at({ service: 'ecs', ...session })), ecs)).toMatchObject({ code: 'ExpiredTokenException', status: 400 })
    expect(await refusal(signed({}, at({ service: 's3', ...session })), s3)).toMatchObject({ code: 'ExpiredToken', status: 400 })
  })

  test('T-11 a presigned URL ends with its session', async ({ expect }) => {
    const url = presigned({ path: '/b/k' }, at({ service: 's3', accessKeyId: 'ASIASESSION', sessionToken: 'sealed' }))
    expect((await authenticate(url, s3, deps())).caller).toBe(alice)
    expect(await refusal(url, s3, { credentials: { find: () => undefined } })).toMatchObject({ code: 'InvalidToken' })
  })
})

describe('no oracle', () => {
  test('T-13 an unknown key costs as many derivations as a wrong signature of a known one, warm or cold', async ({ expect }) => {
    const verifier = new SignatureVerifier()
    const attempt = async (options: Partial<SignerOptions>): Promise<number> => {
      const before = verifier.keys.derivations
      await authenticate(signed(form, at({ service: 'sts', ...options })), sts, deps({ verifier })).catch(() => undefined)
      return verifier.keys.derivations - before
    }
    const unknown = { accessKeyId: 'AKIASTRANGER' }
    const wrong = { secretAccessKey: 'wrong' }
    expect([await attempt(unknown), await attempt(wrong)]).toEqual([1, 1])
    expect([await attempt({}), await attempt({})]).toEqual([1, 0])
    expect([await attempt(unknown), await attempt(wrong), await attempt(unknown), await attempt(wrong)]).toEqual([1, 1, 1, 1])
    expect(await attempt({ accessKeyId: 'ASIAEXPIRED', sessionToken: 't' })).toBe(1)
  })

  test('who signs with what stands in for the secret of nobody is nobody', async ({ expect }) => {
    const nobody = { accessKeyId: 'AKIASTRANGER', secretAccessKey: '-'.repeat(40) }
    const verifier = new SignatureVerifier()
    for (let attempt = 0; attempt < 2; attempt++) {
      expect(await refusal(signed(form, at({ service: 'sts', ...nobody })), sts, { verifier })).toMatchObject({
        code: 'InvalidClientTokenId',
      })
    }
    const credential = parseCredential('AKIASTRANGER/20261122/us-east-1/sts/aws4_request')
    if (credential === undefined) throw new Error('not a credential')
    const signature = createHmac('sha256', signingKey(at({ service: 'sts', ...nobody })))
      .update('text')
      .digest('hex')
    expect(verifier.keys.match(credential, nobody.secretAccessKey, 'text', signature)).toBeDefined()
    expect(verifier.keys.match(credential, undefined, 'text', signature)).toBeUndefined()
    const version2 = createHmac('sha1', nobody.secretAccessKey).update('text').digest('base64')
    expect(verifier.keys.matchSigV2(nobody.secretAccessKey, ['text'], version2)).toBeDefined()
    expect(verifier.keys.matchSigV2(undefined, ['text'], version2)).toBeUndefined()
  })

  test('an unknown key of version 2 is refused as one', async ({ expect }) => {
    const query = 'AWSAccessKeyId=AKIASTRANGER&Signature=aaaaaaaaaaaaaaaaaaaaaaaaaaA%3D&Expires=9999999999'
    const request = wireRequest({ method: 'GET', path: '/b/k', query, headers: [['host', 'h']] })
    expect(await refusal(request, s3)).toMatchObject({ code: 'InvalidAccessKeyId' })
    expect(await refusal({ ...request, query: query.replace('AKIASTRANGER', 'AKIDEXAMPLE') }, s3)).toMatchObject({
      code: 'SignatureDoesNotMatch',
    })
  })

  test('a changed secret is never served from the cache of the old one', async ({ expect }) => {
    const verifier = new SignatureVerifier()
    let secretAccessKey = 'old'
    const rotating: Credentials = { find: () => ({ secretAccessKey, caller: () => alice }) }
    const request = (secret: string) => signed(form, at({ service: 'sts', secretAccessKey: secret }))
    await authenticate(request('old'), sts, deps({ verifier, credentials: rotating }))
    secretAccessKey = 'new'
    expect(await refusal(request('old'), sts, { verifier, credentials: rotating })).toMatchObject({ code: 'SignatureDoesNotMatch' })
    expect((await authenticate(request('new'), sts, deps({ verifier, credentials: rotating }))).caller).toBe(alice)
  })

  test('our own failure to look up is no refusal', async ({ expect }) => {
    const broken: Credentials = {
      find() {
        throw new TypeError('a bug')
      },
    }
    await expect(authenticate(signed(form, at({ service: 'sts' })), sts, deps({ credentials: broken }))).rejects.toThrow('a bug')
  })
})

describe('context keys', () => {
  test('S3 learns version, place and age of the signature', async ({ expect }) => {
    const header = signed({ method: 'GET', path: '/b/k' }, { service: 's3', at: noon - 2 * minute })
    expect((await authenticate(header, s3, deps())).context).toEqual({
      's3:authType': 'REST-HEADER',
      's3:signatureversion': 'AWS4-HMAC-SHA256',
      's3:signatureAge': '120000',
      's3:x-amz-content-sha256': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    })
    const url = presigned({ path: '/b/k' }, { service: 's3', at: noon - minute })
    expect((await authenticate(url, s3, deps())).context).toEqual({
      's3:authType': 'REST-QUERY-STRING',
      's3:signatureversion': 'AWS4-HMAC-SHA256',
      's3:signatureAge': '60000',
      's3:x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
    })
  })

  test('other services have none', async ({ expect }) => {
    expect((await authenticate(signed(form, at({ service: 'sts' })), sts, deps())).context).toEqual({})
  })
})

describe('time', () => {
  test('T-03 a request counts for 15 minutes around its time, and both times are in the refusal', async ({ expect }) => {
    for (const minutes of [-15, 0, 15]) {
      const request = signed(form, { service: 'sts', at: noon + minutes * minute })
      expect((await authenticate(request, sts, deps())).caller).toBe(alice)
    }
    expect(await refusal(signed(form, { service: 'sts', at: noon - 15 * minute - 1000 }), sts)).toMatchObject({
      code: 'SignatureDoesNotMatch',
      message: 'Signature expired: 20261122T114459Z is now earlier than 20261122T114500Z (20261122T120000Z - 15 min.)',
    })
    expect(await refusal(signed({}, { service: 'ecs', at: noon + 15 * minute + 1000 }), ecs)).toMatchObject({
      code: 'InvalidSignatureException',
      message: 'Signature not yet current: 20261122T121501Z is still later than 20261122T121500Z (20261122T120000Z + 15 min.)',
    })
    for (const seconds of [-901, 901]) {
      expect(await refusal(signed({}, { service: 's3', at: noon + seconds * 1000 }), s3)).toMatchObject({
        code: 'RequestTimeTooSkewed',
        status: 403,
        members: { ServerTime: '2026-11-22T12:00:00Z', MaxAllowedSkewMilliseconds: '900000' },
      })
    }
  })

  test('T-03 the scope is of the day of x-amz-date', async ({ expect }) => {
    const request = signed({ headers: { 'x-amz-date': stamp(noon) } }, { service: 'sts', at: noon - 86_400_000 })
    expect(await refusal(request, sts)).toMatchObject({
      code: 'SignatureDoesNotMatch',
      message:
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20261121' != '20261122', from '20261122T120000Z'.",
    })
  })
})

describe('forms', () => {
  const policy = (expiration: string) =>
    Buffer.from(JSON.stringify({ expiration, conditions: [{ bucket: 'b' }, { key: 'k' }] })).toString('base64')
  const signedForm = (text: string, accessKeyId = exampleKey.accessKeyId) => ({
    bucket: 'b',
    file: bodyOf('x'),
    fields: new Map(
      Object.entries({
        key: 'k',
        policy: text,
        awsaccesskeyid: accessKeyId,
        signature: createHmac('sha1', exampleKey.secretAccessKey).update(text).digest('base64'),
      }),
    ),
  })

  test('T-12 are of who signed them, of nobody, or refused', async ({ expect }) => {
    const live = policy('2026-11-22T12:01:00Z')
    const { caller, context } = await authenticatePostForm(signedForm(live), deps())
    expect(caller).toBe(alice)
    expect(context).toEqual({ 's3:authType': 'POST', 's3:signatureversion': 'AWS' })
    const anonymousForm = { bucket: 'b', file: bodyOf('x'), fields: new Map([['key', 'k']]) }
    expect((await authenticatePostForm(anonymousForm, deps())).caller.principal).toEqual({ kind: 'anonymous' })
    const expired = signedForm(policy('2026-11-22T11:00:00Z'))
    await expect(authenticatePostForm(expired, deps())).rejects.toMatchObject({ code: 'AccessDenied' })
    const stranger = signedForm(live, 'AKIASTRANGER')
    await expect(authenticatePostForm(stranger, deps())).rejects.toMatchObject({ code: 'InvalidAccessKeyId' })
    await expect(authenticatePostForm(signedForm(live), deps({ allowS3SigV2: false }))).rejects.toMatchObject({ code: 'InvalidRequest' })
  })
})

test('T-19 a body larger than the limit is refused, never judged as another one', async ({ expect }) => {
  const request = { ...signed(form, at({ service: 'sts' })), body: bodyOf('x'.repeat(100)) }
  await expect(authenticate(request, sts, deps({ bodyLimit: 10 }))).rejects.toThrow('too large')
})
