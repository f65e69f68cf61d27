/**
 * What tshark reads in captures: one line of fields a frame, cached by the capture's SHA-256 under `.cache/tshark/`.
 *
 * Captures without a cached answer are joined by mergecap (Wireshark reads each original and keeps its frames, times and link types),
 * GROUP at a time, and each group is dissected by one tshark. A capture that mergecap does not read to its end is dissected alone.
 * Everything that joins packets is off: reassembly, sequence analysis, relative numbers. Checksums are verified.
 * At most two tshark run at a time.
 * @module
 */
import { createHash } from 'node:crypto';
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../needs.ts';

/** Fields asked for, in order. Every occurrence is printed, joined by ','. */
export const FIELDS = [
  'frame.time_epoch', 'frame.len', 'frame.cap_len', 'frame.protocols',
  'ip.src', 'ip.dst', 'ip.ttl', 'ip.id', 'ip.proto', 'ip.len', 'ip.flags', 'ip.frag_offset', 'ip.checksum.status', 'ip.cur_rt',
  'ipv6.src', 'ipv6.dst', 'ipv6.hlim', 'ipv6.nxt', 'ipv6.plen', 'ipv6.hopopts.nxt', 'ipv6.routing.nxt', 'ipv6.fraghdr.nxt', 'ipv6.dstopts.nxt', 'ah.next_header',
  'ipv6.fraghdr.ident', 'ipv6.fraghdr.offset', 'ipv6.fraghdr.more',
  'tcp.srcport', 'tcp.dstport', 'tcp.seq_raw', 'tcp.ack_raw', 'tcp.flags', 'tcp.window_size_value', 'tcp.options', 'tcp.option_kind', 'tcp.options.mss_val', 'tcp.options.wscale.shift', 'tcp.len', 'tcp.checksum.status',
  'udp.srcport', 'udp.dstport', 'udp.length', 'udp.checksum.status', 'icmp.type', 'icmp.code', 'icmp.checksum.status', 'icmpv6.type', 'icmpv6.code', 'icmpv6.checksum.status',
  'sctp.srcport', 'sctp.dstport', 'dccp.srcport', 'dccp.dstport', '_ws.malformed',
] as const;
export type Field = (typeof FIELDS)[number];

const PREFERENCES = [
  'ip.defragment:FALSE', 'ipv6.defragment:FALSE', 'tcp.desegment_tcp_streams:FALSE', 'tcp.relative_sequence_numbers:FALSE', 'tcp.analyze_sequence_numbers:FALSE',
  'ip.check_checksum:TRUE', 'tcp.check_checksum:TRUE', 'udp.check_checksum:TRUE', 'ip.use_geoip:FALSE', 'tcp.reassemble_out_of_order:FALSE',
];
/** Captures a tshark call. */
const GROUP = 120;
/** Part of every cache key: a new question makes new answers. */
const QUESTION = createHash('sha256').update(JSON.stringify([FIELDS, PREFERENCES, 1])).digest('hex').slice(0, 8);
const CACHE = join(projectRoot, '.cache', 'tshark');

/** tshark's lines for one capture, or why it reads none of it. */
export interface TsharkAnswer { readonly lines: readonly string[]; readonly refused: string | null }

function run(command: string, args: readonly string[]): Promise<{ out: string; err: string; code: number }> {
  return new Promise((resolve, reject) => {
    execFile(command, args, { maxBuffer: 1 << 30, encoding: 'latin1' }, (error, out, err) => {
      const code = error ? (error as { code?: unknown }).code : 0;
      if (typeof code === 'number') resolve({ out, err, code });
      else reject(error as Error);
    });
  });
}

function shaOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

function cachePath(sha: string): string {
  return join(CACHE, `${sha}.${QUESTION}.json`);
}

function keep(sha: string, answer: TsharkAnswer): void {
  const path = cachePath(sha), temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, JSON.stringify(answer));
  renameSync(temporary, path);
}

async function dissect(path: string): Promise<{ lines: string[]; err: string; code: number }> {
  const args = ['-n', '-r', path, '-T', 'fields', '-E', 'separator=/t', '-E', 'occurrence=a', '-E', 'aggregator=,'];
  for (const preference of PREFERENCES) args.push('-o', preference);
  for (const field of FIELDS) args.push('-e', field);
  const { out, err, code } = await run('tshark', args);
  return { lines: out.split('\n').slice(0, -1), err, code };
}

async function alone(path: string): Promise<TsharkAnswer> {
  const { lines, err } = await dissect(path);
  const refusal = /isn't a capture file|contains record data that TShark doesn't support/.exec(err);
  return { lines, refused: refusal ? err.split('\n').filter((l) => !l.startsWith('Running as')).join(' ').trim() : null };
}

/** Frames in each capture as Wireshark's own reader counts them; NaN where it does not reach the end. */
async function frameCounts(paths: readonly string[]): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const { out, err } = await run('capinfos', ['-T', '-r', '-B', '-c', '-N', '-M', ...paths]);
  const broken = new Set(paths.filter((p) => err.includes(`"${p}"`)));
  for (const line of out.split('\n')) {
    const [path, count] = line.split('\t');
    if (path !== undefined && count !== undefined) counts.set(path, broken.has(path) ? NaN : Number(count));
  }
  return counts;
}

/** Answers for these captures, in order. */
export async function askTshark(paths: readonly string[]): Promise<TsharkAnswer[]> {
  mkdirSync(CACHE, { recursive: true });
  const shas = paths.map(shaOf);
  const missing = [...new Map(paths.map((path, i) => [shas[i] as string, path])).entries()].filter(([sha]) => !existsSync(cachePath(sha)));
  if (missing.length > 0) {
    const counts = await frameCounts(missing.map(([, path]) => path));
    const joinable = missing.filter(([, path]) => (counts.get(path) ?? NaN) >= 0), others = missing.filter(([, path]) => !((counts.get(path) ?? NaN) >= 0));
    const jobs: (() => Promise<void>)[] = others.map(([sha, path]) => async () => { keep(sha, await alone(path)); });
    for (let i = 0; i < joinable.length; i += GROUP) jobs.push(() => joined(joinable.slice(i, i + GROUP), counts));
    const worker = async (): Promise<void> => { for (let job = jobs.pop(); job; job = jobs.pop()) await job(); };
    await Promise.all([worker(), worker()]);
  }
  return shas.map((sha) => JSON.parse(readFileSync(cachePath(sha), 'utf8')) as TsharkAnswer);
}

async function joined(group: readonly (readonly [string, string])[], counts: ReadonlyMap<string, number>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'noroshi-oracle-'));
  try {
    const file = join(folder, 'joined.pcapng');
    const merge = await run('mergecap', ['-a', '-I', 'none', '-F', 'pcapng', '-w', file, ...group.map(([, path]) => path)]);
    const total = group.reduce((sum, [, path]) => sum + (counts.get(path) as number), 0);
    const { lines } = merge.code === 0 ? await dissect(file) : { lines: [] };
    if (lines.length !== total) { // never guess which frame is whose
      for (const [sha, path] of group) keep(sha, await alone(path));
      return;
    }
    let at = 0;
    for (const [sha, path] of group) {
      const count = counts.get(path) as number;
      keep(sha, { lines: lines.slice(at, at + count), refused: null });
      at += count;
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}
