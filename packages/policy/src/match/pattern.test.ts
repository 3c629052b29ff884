import { test } from 'vitest'
import { RequestContext } from '../request.ts'
import { Filled, plainPattern, Template } from './pattern.ts'

const context = new RequestContext({
  'aws:username': 'alice',
  'aws:PrincipalTag/Team': 'pay*',
  'aws:TagKeys': ['one'],
  'b:c': '',
  '': 'no key',
})

function fill(text: string): string | undefined {
  const read = Template.read(text)
  if (!(read instanceof Template)) return read?.text
  const values: string[] = []
  return read.resolve(context, values) ? read.fill(values).text : undefined
}

test.for([
  ['home/${aws:username', 'is not closed'],
  ['home/${}', 'names no key'],
  ['home/${ aws:username}', 'names another key'],
  ["home/${,'x'}", 'names no key'],
  ['home/${aws:nobody}', 'has no value'],
  ['home/${aws:TagKeys}', 'is multivalued'],
  ['home/${aws:username, x}', 'has a default without quotes'],
  ["home/${aws:username, 'x}", 'has a default that does not end'],
  ["home/${aws:username, 'x' y}", 'has text behind the default'],
  ["home/${aws:username, 'x'y}", 'has text behind the default'],
  ["home/${aws:username, y'x'}", 'has text before the default'],
])('%s matches nothing, as the variable %s', ([text = ''], { expect }) => {
  expect(fill(text)).toBeUndefined()
})

test.for([
  ['home/${aws:username}/x', 'home/alice/x'],
  ['${AWS:UserName}', 'alice'],
  ["${aws:username, 'nobody'}", 'alice'],
  ["${aws:nobody, 'no one'}", 'no one'],
  ["${aws:nobody,''}", ''],
  ["${aws:nobody , 'no one' }", 'no one'],
  ["${aws:username ,'nobody'}", 'alice'],
  ["${aws:TagKeys, 'many'}", 'many'],
  ['${b:c}', ''],
  ['${aws:username}${aws:username}', 'alicealice'],
  ['$x{aws:username}', '$x{aws:username}'],
  ['${*}${?}${$}', '*?$'],
  ['a$${aws:username}', 'a$alice'],
])('%s becomes %s', ([text = '', filled = ''], { expect }) => {
  expect(fill(text)).toBe(filled)
})

test('T-52 wildcards of the pattern are wildcards, those of values are not', ({ expect }) => {
  const read = Template.read('*/${aws:PrincipalTag/team}/?${*}')
  expect(read).toBeInstanceOf(Template)
  if (!(read instanceof Template)) return
  const values: string[] = []
  read.resolve(context, values)
  expect(read.fill(values)).toEqual({ text: '*/pay*/?*', wild: [0, 7] })
  expect(read.head).toEqual({ text: '*/', wild: [0] })
})

test('what has no variable but escaped characters is a plain pattern', ({ expect }) => {
  expect(Template.read('*/${*}${?}/${$}')).toEqual({ text: '*/*?/$', wild: [0] })
  expect(Template.read('')).toEqual({ text: '', wild: [] })
})

test('variables before the given offset stand for themselves', ({ expect }) => {
  expect(Template.read('${aws:username}:x', 15)).toEqual(plainPattern('${aws:username}:x'))
})

test('what is built from a template is built again only for other values', ({ expect }) => {
  const read = Template.read('${aws:username}')
  if (!(read instanceof Template)) throw new Error('expected a template')
  let built = 0
  const filled = new Filled(read, ({ text }) => `${text} ${++built}`)
  expect(filled.in(context)).toBe('alice 1')
  expect(filled.in(context)).toBe('alice 1')
  expect(filled.in(new RequestContext({ 'aws:username': 'bob' }))).toBe('bob 2')
  expect(filled.in(new RequestContext({}))).toBeUndefined()
  expect(filled.in(context)).toBe('alice 3')
})
