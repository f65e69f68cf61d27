/**
 * `noroshi listen`: live capture on an interface into the store and the engines.
 * @module
 */
import { formatTime } from '../../core/time.ts';
import { line, type Command } from '../command.ts';
import { listenOn } from '../listen-interface.ts';
import { sensorAsked } from '../sensor-option.ts';

export const listen: Command & { readonly name: 'listen' } = {
  name: 'listen', args: '<interface>', data: 'shared', about: 'Capture live on an interface (tcpdump) until interrupted.',
  options: [
    { flags: '--sensor <name>', about: 'the sensor that this is (made on first use)' },
    { flags: '--org <name>', about: 'its organisation (default local)' },
    { flags: '--region <cidr...>', about: 'networks that it watches: only packets to them are captured' },
  ],
  example: 'noroshi listen eth0 --sensor office --region 192.0.2.0/24',
  async run(ctx, args, options) {
    const hub = await ctx.hub();
    const sensor = await sensorAsked(hub, options, 'Listening');
    ctx.note(`Listening on ${args[0]} as ${sensor.id}; Ctrl-C ends.`);
    const bar = ctx.progress('listening', null, 'packets');
    const counts = await listenOn({
      platform: hub.live, clock: ctx.clock, interfaceName: args[0] ?? '', sensor, signal: ctx.signal,
      onCounts: (c) => {
        bar.set(c.packets, `${c.dropped} dropped`);
        if (ctx.json) void line(ctx, { at: formatTime(ctx.clock.nowUs()), sensor: sensor.id, ...c });
      },
    });
    bar.end();
    ctx.note(`${counts.packets} packets, ${counts.stored} stored, ${counts.dropped} dropped by the kernel.`);
  },
};
