/**
 * `noroshi read`: captures and logs into the store. Resumable; what was read before is known again by its content.
 * @module
 */
import { resolve } from 'node:path';
import { OperatorError } from '../../core/errors.ts';
import { formatTime } from '../../core/time.ts';
import type { Defect } from '../../observations/observation.ts';
import { line, list, text, type Command } from '../command.ts';
import { sensorAsked } from '../sensor-option.ts';
import { harmless } from '../table.ts';

/** Defects that are shown to people; all are counted, and kept in the record store. */
const SHOWN_DEFECTS = 10;

export const read: Command & { readonly name: 'read' } = {
  name: 'read', args: '<file...>', data: 'shared',
  about: 'Captures (pcap, pcapng) and logs of other tools into the store; - is standard input.',
  options: [
    { flags: '--sensor <name>', about: 'the sensor that saw it (made on first use); org/name to name the organisation too' },
    { flags: '--org <name>', about: 'its organisation (made on first use; default local)' },
    { flags: '--region <cidr...>', about: 'networks that the sensor watches; added to those it has' },
    { flags: '--as <format>', about: 'the format, where detection fails: pcap, pcapng or a log format' },
    { flags: '--map <column=field...>', about: 'for --as csv: which column is which field' },
    { flags: '--zone <name>', about: 'time zone of naive log times (default UTC); kept with the sensor' },
    { flags: '--follow', about: 'go on as the file grows, until interrupted' },
  ],
  example: 'noroshi read capture.pcap --sensor office --region 192.0.2.0/24',
  async run(ctx, args, options) {
    const mapping: Record<string, string> = {};
    for (const pair of list(options, 'map')) {
      const [column, field] = pair.split('=');
      if (!column || !field) throw new OperatorError('usage', { message: `--map takes column=field, not '${pair}'.` });
      mapping[column] = field;
    }
    const hub = await ctx.hub();
    const as = text(options, 'as'), sensor = await sensorAsked(hub, options, 'Reading');
    const startMs = ctx.clock.steadyMs();
    const sum = { files: 0, packets: 0, records: 0, defects: 0, duplicates: 0, quarantined: 0, fromUs: null as number | null, toUs: null as number | null, seconds: 0 };
    const details: { file: string; format: string; packets: number; records: number; defects: number; duplicates: number }[] = [];
    const quoted: { file: string; defect: Defect }[] = [];
    let failure: OperatorError | null = null;
    for (const file of args) {
      if (ctx.signal.aborted) break;
      const label = args.length === 1 ? 'reading' : `${sum.files + 1}/${args.length}`;
      let bar: ReturnType<typeof ctx.progress> | null = null;
      try {
        const result = await hub.read({
          from: file === '-' ? { name: 'standard input', stream: ctx.stdin() } : { path: resolve(ctx.cwd, file) },
          sensor, ...(as === undefined ? {} : { as }), ...(Object.keys(mapping).length > 0 ? { mapping } : {}), follow: options['follow'] === true, signal: ctx.signal,
          onProgress: (bytes, total, words) => { (bar ??= ctx.progress(label, total, 'B')).set(bytes, words); },
        });
        sum.files++;
        sum.packets += result.packets;
        sum.records += result.records;
        sum.defects += result.defectCount + result.quarantined;
        sum.quarantined += result.quarantined;
        sum.duplicates += result.duplicates;
        if (result.fromUs !== null) sum.fromUs = Math.min(sum.fromUs ?? Infinity, result.fromUs);
        if (result.toUs !== null) sum.toUs = Math.max(sum.toUs ?? -Infinity, result.toUs - 1); // the last observation itself
        details.push({ file, format: result.format, packets: result.packets, records: result.records, defects: result.defectCount + result.quarantined, duplicates: result.duplicates });
        for (const defect of result.defects.slice(0, SHOWN_DEFECTS)) quoted.push({ file, defect });
        if (result.quarantined > 0) quoted.push({ file, defect: { line: 0, reason: `${result.quarantined} rows before 1970 or later than tomorrow were set aside in quarantine`, quote: '' } });
      } catch (error) {
        // One unusable file does not undo the others: it is said, the rest is read, and the exit code tells.
        if (!(error instanceof OperatorError) || args.length === 1) throw error;
        failure = error;
        ctx.note(`noroshi: ${error.message} ${error.remedy}`);
      } finally {
        (bar as ReturnType<typeof ctx.progress> | null)?.end();
      }
    }
    sum.seconds = Math.round(ctx.clock.steadyMs() - startMs) / 1000;
    if (ctx.json) await line(ctx, { ...sum, interrupted: ctx.signal.aborted, details, quoted: quoted.slice(0, 100).map(({ file, defect }) => ({ file, ...defect })) });
    else {
      const span = sum.fromUs === null || sum.toUs === null ? '' : `, ${formatTime(sum.fromUs)} to ${formatTime(sum.toUs)}`;
      ctx.note(`${sum.packets.toLocaleString('en-US')} packets and ${sum.records.toLocaleString('en-US')} records added to ${sensor.id} in ${sum.seconds} s${span}.`);
      if (sum.duplicates > 0) ctx.note(`${sum.duplicates.toLocaleString('en-US')} rows were known already.`);
      if (sum.defects > 0) ctx.note(`${sum.defects.toLocaleString('en-US')} defects:`);
      for (const { file, defect } of quoted.slice(0, SHOWN_DEFECTS)) ctx.note(`  ${harmless(file)}:${defect.line}: ${harmless(defect.reason)}${defect.quote ? ` «${harmless(defect.quote)}»` : ''}`);
      if (ctx.signal.aborted) ctx.note('Interrupted. The same command goes on where it stopped.');
      else if (sum.packets > 0) ctx.note('Next: noroshi analyse, then noroshi findings; or noroshi up for the portal.');
    }
    if (failure) return 2;
  },
};
