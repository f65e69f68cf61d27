/**
 * Listening on an interface: tcpdump's stream into the platform, its drop counters into observations.
 * @module
 */
import type { Clock } from '../core/clock.ts';
import { captureLive } from '../darknet/tcpdump-process.ts';
import { dropped } from '../darknet/ingest.ts';
import type { Sensor } from '../observations/sensor.ts';
import type { LivePlatform } from './live-platform.ts';

export interface ListenCounts { packets: number; stored: number; received: number; dropped: number; defects: number; lagMs: number }

/** Captures until `signal` aborts; resolves to the counts when all is stored. `onCounts` hears about once a second. */
export async function listenOn({ platform, clock, interfaceName, sensor, signal, onCounts }: {
  readonly platform: LivePlatform; readonly clock: Clock; readonly interfaceName: string; readonly sensor: Sensor; readonly signal: AbortSignal;
  readonly onCounts: (counts: ListenCounts) => void;
}): Promise<ListenCounts> {
  const run = await platform.liveRun();
  const capture = captureLive({ interfaceName, sensor: sensor.id, regions: sensor.regions, clock });
  const { source, annotator, ended } = platform.openSource(sensor, run);
  const counts: ListenCounts = { packets: 0, stored: 0, received: 0, dropped: 0, defects: 0, lagMs: 0 };
  const stop = () => { void capture.stop(); };
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  const tell = () => {
    counts.stored = source.stored;
    counts.lagMs = Math.round(platform.sensorStates().get(sensor.id)?.lagMs ?? 0);
    onCounts(counts);
  };
  const stopTelling = clock.every(1000, tell, true);
  try {
    for await (const event of capture.events) {
      switch (event.kind) {
        case 'slice':
          for (const batch of event.batches) annotator.annotate(batch);
          counts.packets += event.count;
          await source.feed(event.batches);
          break;
        case 'counters': {
          const lost = event.droppedByKernel + event.droppedByInterface;
          if (lost > counts.dropped) {
            platform.dropped(sensor, lost - counts.dropped);
            source.observe(dropped({ atUs: event.atUs, received: event.received, dropped: lost - counts.dropped }));
            counts.dropped = lost;
          }
          counts.received = event.received;
          break;
        }
        case 'drops': break; // a live stream has tcpdump's own counters instead
        case 'defect': counts.defects++; break;
      }
    }
  } finally {
    stopTelling();
    signal.removeEventListener('abort', stop);
    await capture.stop();
    await ended();
    tell();
  }
  return counts;
}
