/**
 * A million mutated captures and frames through the decoder: nothing may throw, hang or leave its bounds. Out: one JSON line, cases a second.
 *
 * No peer: correctness is the result, and the run stops at the first case that breaks a bound, naming it. `NOROSHI_BENCH_CASES` sets their number.
 * @module
 */
import { fuzz } from '../test/oracle/fuzz.ts';
import { generatedCorpus, realCorpus } from '../test/oracle/fuzz-corpus.ts';
import { result, seconds } from './measure.ts';

const CASES = Number(process.env['NOROSHI_BENCH_CASES'] ?? 1_000_000);
const corpus = [...generatedCorpus(), ...realCorpus()];
let tally: unknown = null;
const time = await seconds(async () => { tally = await fuzz('bench', CASES, corpus); });
result({ name: 'fuzz-decode', n: CASES, unit: 'cases/s', ours: Math.round(CASES / time), captures: corpus.length, tally });
