/**
 * `noroshi sensors`: sensors, their regions, gaps and health.
 * @module
 */
import { formatCidr } from '../../core/address.ts';
import { formatTime, requireTime } from '../../core/time.ts';
import { OperatorError } from '../../core/errors.ts';
import { addressesWatched } from '../../observations/sensor.ts';
import { line, list, text, type Command } from '../command.ts';
import { table } from '../table.ts';

/** A live sensor that has sent nothing for so long is quiet, microseconds. */
const QUIET_US = 5 * 60 * 1_000_000;

export const sensors: Command & { readonly name: 'sensors' } = {
  name: 'sensors', args: '[name]', data: 'shared', about: 'Sensors with their regions, gaps and health; or change one.',
  options: [
    { flags: '--zone <name>', about: 'set its time zone' }, { flags: '--country <code>', about: 'set its country (two letters)' },
    { flags: '--region <cidr...>', about: 'set its regions (replaces the list)' },
    { flags: '--gap <from,to,reason>', about: 'note a known gap in observation' },
  ],
  example: 'noroshi sensors',
  async run(ctx, args, options) {
    const hub = await ctx.hub();
    const viewer = await hub.viewer();
    const zone = text(options, 'zone'), country = text(options, 'country'), regions = list(options, 'region'), gap = text(options, 'gap');
    if (args[0] !== undefined) {
      const { id } = await hub.orgs.sensors.get(viewer, args[0]);
      if (zone !== undefined || country !== undefined || regions.length > 0) {
        await hub.orgs.sensors.update(viewer, id, { ...(zone === undefined ? {} : { zone }), ...(country === undefined ? {} : { country: country.toUpperCase() }), ...(regions.length > 0 ? { regions } : {}) });
      }
      if (gap !== undefined) {
        const [from, to, ...reason] = gap.split(',');
        if (!from || !to) throw new OperatorError('usage', { message: `--gap takes FROM,TO,REASON, not '${gap}'.` });
        const nowUs = ctx.clock.nowUs();
        await hub.orgs.sensors.addGap(viewer, id, { fromUs: requireTime(from, nowUs), toUs: requireTime(to, nowUs), reason: reason.join(',') || 'not said' });
      }
    }
    const wanted = args[0] === undefined ? await hub.orgs.sensors.list(viewer) : [await hub.orgs.sensors.get(viewer, args[0])];
    const extent = new Map((await hub.store.extent(viewer)).map((e) => [e.sensor as string, e]));
    const live = hub.live.sensorStates();
    const nowUs = ctx.clock.nowUs();
    const rows = wanted.map((s) => {
      const seen = extent.get(s.id), now = live.get(s.id);
      const state = !now?.live ? 'stored' : s.gaps.some((g) => g.fromUs <= nowUs && nowUs < g.toUs) ? 'gap' : nowUs - now.lastUs > QUIET_US ? 'quiet' : 'live';
      return {
        id: s.id, org: s.org, name: s.name, regions: s.regions.map(formatCidr), addresses: addressesWatched(s), zone: s.zone, country: s.country, simulated: s.simulated,
        gaps: s.gaps.map((g) => ({ from: formatTime(g.fromUs), to: formatTime(g.toUs), reason: g.reason })),
        packets: seen?.packets ?? 0, records: seen?.records ?? 0, from: seen ? formatTime(seen.fromUs) : null, to: seen ? formatTime(seen.toUs - 1) : null,
        health: { state, lagMs: now ? Math.round(now.lagMs) : null, dropped: now?.dropped ?? 0, last: now && now.lastUs > 0 ? formatTime(now.lastUs) : seen ? formatTime(seen.toUs - 1) : null },
      };
    });
    if (ctx.json) { await line(ctx, rows); return; }
    if (rows.length === 0) { ctx.note('No sensor yet. `noroshi read FILE --sensor NAME` or `noroshi listen INTERFACE --sensor NAME` makes one.'); return; }
    await ctx.out(table(['sensor', 'state', 'regions', 'packets', 'records', 'first', 'last', 'zone', 'gaps'], rows.map((r) => [
      r.id + (r.simulated ? ' (simulated)' : ''), r.health.state, r.regions.slice(0, 3).join(' ') + (r.regions.length > 3 ? ` +${r.regions.length - 3}` : ''), r.packets, r.records, r.from, r.health.last, r.zone, r.gaps.length,
    ])));
  },
};
