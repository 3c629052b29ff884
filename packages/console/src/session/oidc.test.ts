import { test, vi } from 'vitest'
import { idTokenFor, type Pending } from './oidc.ts'

const pending: Pending = {
  provider: 'corp',
  issuer: 'https://login.example',
  state: 's',
  nonce: 'n',
  verifier: 'v',
  returnTo: '/',
}

/** An answer that comes back to the console; fails the test where its code goes on to anybody. */
async function problem(answer: string, asked: Pending | 'nobody' = pending): Promise<string> {
  vi.stubGlobal('fetch', () => {
    throw new Error('the code was handed on')
  })
  try {
    return await idTokenFor(new URLSearchParams(answer), asked === 'nobody' ? undefined : asked)
  } catch (error) {
    return (error as { readonly code: string }).code
  } finally {
    vi.unstubAllGlobals()
  }
}

test('T-37 the code of another provider than the one that was asked is handed to nobody', async ({ expect }) => {
  expect(await problem('code=c&state=s&iss=https%3A%2F%2Fother.example')).toBe('IssuerMismatch')
  expect(await problem('code=c&state=s&iss=')).toBe('IssuerMismatch')
  expect(await problem('code=c&state=s&iss=https%3A%2F%2Flogin.example%2F')).toBe('IssuerMismatch')
})

test('T-37 an answer to no question, or to another one, is handed to nobody', async ({ expect }) => {
  expect(await problem('code=c&state=s', 'nobody')).toBe('StateMismatch')
  expect(await problem('code=c&state=other&iss=https%3A%2F%2Flogin.example')).toBe('StateMismatch')
  expect(await problem('code=c')).toBe('StateMismatch')
  expect(await problem('error=access_denied&state=s')).toBe('AccessDenied')
})
