/**
 * The image of the container that owns the network of a task: one program that sleeps for ever, made here, since tasks start also where no
 * registry is reached. It is smaller than the request that brings it to the engine.
 */
import { type DockerEngine, enginePath } from './engine.ts'

export const PAUSE_IMAGE = 'tidegate/pause:1'
export const PAUSE_COMMAND = '/pause'

/** Rejects where there is no such program for the engine's machine. */
export async function importPauseImage(engine: DockerEngine): Promise<void> {
  const [repo = '', tag = ''] = PAUSE_IMAGE.split(':')
  const program = pauseProgram(engine.version.architecture)
  const stream = await engine.stream('POST', enginePath('/images/create', { fromSrc: '-', repo, tag }), {
    body: tarOf(PAUSE_COMMAND.slice(1), program),
  })
  // The engine says at the end whether it took it; the container that is made of it says so too.
  for await (const _chunk of stream);
}

/**
 * A static ELF executable: its header, one segment that is all of the file, and the code.
 * @param architecture in the words of Go, as engines say it
 * @see https://refspecs.linuxfoundation.org/elf/elf.pdf
 */
export function pauseProgram(architecture: string): Uint8Array {
  const machine = machines.get(architecture)
  if (machine === undefined) throw new Error(`there is no program here that owns the network of a task on ${architecture}`)
  const code = Buffer.from(machine.code, 'hex')
  const size = ELF_BYTES + SEGMENT_BYTES + code.length
  const file = Buffer.alloc(size)
  file.write('\x7fELF\x02\x01\x01', 'latin1') // 64 bits, little endian, version 1
  file.writeUInt16LE(2, 16) // executable
  file.writeUInt16LE(machine.id, 18)
  file.writeUInt32LE(1, 20)
  file.writeBigUInt64LE(LOADED_AT + BigInt(ELF_BYTES + SEGMENT_BYTES), 24) // entry
  file.writeBigUInt64LE(BigInt(ELF_BYTES), 32) // where the segments are told
  file.writeUInt16LE(ELF_BYTES, 52)
  file.writeUInt16LE(SEGMENT_BYTES, 54)
  file.writeUInt16LE(1, 56)
  file.writeUInt32LE(1, ELF_BYTES) // to be loaded
  file.writeUInt32LE(5, ELF_BYTES + 4) // to be read and executed
  file.writeBigUInt64LE(LOADED_AT, ELF_BYTES + 16)
  file.writeBigUInt64LE(LOADED_AT, ELF_BYTES + 24)
  file.writeBigUInt64LE(BigInt(size), ELF_BYTES + 32)
  file.writeBigUInt64LE(BigInt(size), ELF_BYTES + 40)
  file.writeBigUInt64LE(65_536n, ELF_BYTES + 48) // the largest page that ARM has
  code.copy(file, ELF_BYTES + SEGMENT_BYTES)
  return file
}

/** An archive of one executable file. */
function tarOf(name: string, content: Uint8Array): Uint8Array {
  const header = Buffer.alloc(BLOCK_BYTES)
  header.write(name)
  header.write('0000755\0', 100)
  header.write('0000000\0', 108)
  header.write('0000000\0', 116)
  header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124)
  header.write('00000000000\0', 136)
  header.write('        0', 148)
  header.write('ustar\x0000', 257)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  const padded = Buffer.alloc(Math.ceil(content.length / BLOCK_BYTES) * BLOCK_BYTES)
  padded.set(content)
  return Buffer.concat([header, padded, Buffer.alloc(2 * BLOCK_BYTES)])
}

const ELF_BYTES = 64
const SEGMENT_BYTES = 56
const LOADED_AT = 0x40_0000n
const BLOCK_BYTES = 512

/** Numbers of ELF, and a loop around the system call that waits for a signal. */
const machines: ReadonlyMap<string, { readonly id: number; readonly code: string }> = new Map([
  // mov eax, 34 (pause); syscall; jmp -9
  ['amd64', { id: 62, code: 'b822000000' + '0f05' + 'ebf7' }],
  // x0 to x3 = 0; mov x8, 73 (ppoll); svc 0; b -24
  ['arm64', { id: 183, code: '000080d2' + '010080d2' + '020080d2' + '030080d2' + '280980d2' + '010000d4' + 'faffff17' }],
])
