/**
 * A simulation as captures: one pcap a sensor (Ethernet), and the truth beside them.
 *
 * In: a simulation and a function that opens a byte sink for a file name. Out: `<org>-<sensor>.pcap` each, then `truth.json`.
 * The caller owns files: this area opens none. Frames carry right lengths and checksums.
 * Cost: that of the packets; constant memory (64 KiB a sensor).
 * @module
 */
import { buildEthernetFrame } from '../wire/packet-build.ts';
import { PcapWriter, type ByteSink } from '../wire/pcap-write.ts';
import type { Simulation, Truth } from './contract.ts';
import { specOf } from './shots.ts';

/** Where one file's bytes go. */
export interface FileSink { write: ByteSink; close(): Promise<void> }

/** What was written. */
export interface Captured { readonly files: readonly { readonly name: string; readonly sensor: string; readonly packets: number; readonly bytes: number }[]; readonly packets: number; readonly truth: Truth }

/** File name of a sensor's capture: `local-sim-tokyo.pcap`. */
export function captureName(sensor: string): string {
  return `${sensor.replace('/', '-')}.pcap`;
}

/** Writes everything; `progress` hears the simulated time and the packets so far after each slice. */
export async function writeCaptures(simulation: Simulation, open: (name: string) => FileSink | Promise<FileSink>, progress?: (atUs: number, packets: number) => void): Promise<Captured> {
  const lanes = new Map<string, { file: FileSink; writer: PcapWriter; name: string }>();
  for (const { id } of simulation.sensors) {
    const name = captureName(id), file = await open(name);
    lanes.set(id, { file, writer: new PcapWriter(file.write), name });
  }
  let packets = 0;
  for (const slice of simulation.slices()) {
    const lane = lanes.get(slice.sensor);
    if (!lane) throw new RangeError(`the simulation gave packets of '${slice.sensor}', which is none of its sensors`);
    for (let k = slice.from; k < slice.to; k++) {
      const i = slice.order[k] as number;
      const wait = lane.writer.add(slice.shots.atUs[i] as number, buildEthernetFrame(specOf(slice.shots, i)));
      if (wait) await wait;
    }
    packets += slice.to - slice.from;
    progress?.(slice.toUs, packets);
  }
  const files = [];
  for (const [sensor, { file, writer, name }] of lanes) {
    await writer.end();
    await file.close();
    files.push({ name, sensor, packets: writer.packets, bytes: writer.bytes });
  }
  const truth = simulation.truth();
  const last = await open('truth.json');
  await last.write(new TextEncoder().encode(`${JSON.stringify(truth)}\n`));
  await last.close();
  return { files, packets, truth };
}
