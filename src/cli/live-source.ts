/**
 * One live source (an interface, a replay): batches in; the store, the engines and the counters get them.
 *
 * Engines and counters see a batch at once; the store gets blocks of at most BLOCK_PACKETS or FLUSH_MS of arrival, one at a
 * time. When the store falls behind by MOST_PENDING packets, `feed` waits: that pressure reaches the capture last, whose kernel
 * then counts drops, which become observations. Nothing is lost silently.
 * @module
 */
import { formatCidr } from '../core/address.ts';
import type { Clock } from '../core/clock.ts';
import type { PacketBatch } from '../core/packet-batch.ts';
import type { Block, EventStore, Ledger } from '../observations/contract.ts';
import type { Observation } from '../observations/observation.ts';
import type { Sensor } from '../observations/sensor.ts';

/** Most packets of one block. */
export const BLOCK_PACKETS = 65_536;
/** A block is written at least this often while packets come, milliseconds. */
export const FLUSH_MS = 1000;
/** Packets waiting for the store before the source must wait. */
export const MOST_PENDING = 1 << 20;

export interface LiveSourcePorts {
  readonly store: EventStore;
  readonly ledger: Ledger;
  readonly clock: Clock;
  /** Names the session: block contents of two sessions never meet. */
  readonly content: string;
  readonly sensor: Sensor;
  /** Called with each annotated batch, before it is stored. */
  readonly seen: (batch: PacketBatch) => void;
  readonly failed: (error: unknown) => void;
}

export class LiveSource {
  readonly #ports: LiveSourcePorts;
  #held: PacketBatch[] = [];
  #heldPackets = 0;
  #next = 0;
  #writing: Promise<void> | null = null;
  #observations: Observation[] = [];
  readonly #stopTimer: () => void;
  stored = 0;

  constructor(ports: LiveSourcePorts) {
    this.#ports = ports;
    this.#stopTimer = ports.clock.every(FLUSH_MS, () => { void this.flush(); }, true);
  }

  get sensorId(): string { return this.#ports.sensor.id; }

  /** Takes annotated batches; resolves when there is room for more. */
  async feed(batches: readonly PacketBatch[]): Promise<void> {
    for (const batch of batches) {
      if (batch.n === 0) continue;
      this.#ports.seen(batch);
      this.#held.push(batch);
      this.#heldPackets += batch.n;
    }
    if (this.#heldPackets >= BLOCK_PACKETS) void this.flush();
    while (this.#heldPackets > MOST_PENDING) await this.flush();
  }

  /** Keeps an observation about the source itself (drops, late packets). */
  observe(observation: Observation): void { this.#observations.push(observation); }

  /** Writes what is held; one write at a time. */
  flush(): Promise<void> {
    if (this.#writing) return this.#writing;
    if (this.#heldPackets === 0 && this.#observations.length === 0) return Promise.resolve();
    const batches = this.#held, observations = this.#observations;
    this.#held = [];
    this.#heldPackets = 0;
    this.#observations = [];
    this.#writing = this.#write(batches, observations).catch((error: unknown) => this.#ports.failed(error)).finally(() => { this.#writing = null; });
    return this.#writing;
  }

  async #write(batches: PacketBatch[], observations: Observation[]): Promise<void> {
    const { store, ledger, sensor, content } = this.#ports;
    const count = batches.reduce((sum, b) => sum + b.n, 0);
    if (count > 0) {
      let fromUs = Infinity, toUs = -Infinity;
      for (const batch of batches) for (let i = 0; i < batch.n; i++) { const at = batch.atUs[i] ?? 0; if (at < fromUs) fromUs = at; if (at >= toUs) toUs = at + 1; }
      const block: Block = { content, sensor: sensor.id, first: this.#next, count };
      this.#next += count;
      await ledger.begin(block, { fromUs, toUs });
      const inserted = await store.insertPackets(block, batches, sensor.regions.map(formatCidr));
      await ledger.acknowledge(block, inserted, { fromUs, toUs });
      this.stored += inserted.packets;
    }
    if (observations.length > 0) {
      const block: Block = { content: `${content}:own`, sensor: sensor.id, first: this.#next, count: observations.length };
      this.#next += observations.length;
      await ledger.begin(block, null);
      await ledger.acknowledge(block, await store.insertObservations(block, observations), null);
    }
  }

  /** Writes everything and stops. */
  async end(): Promise<void> {
    this.#stopTimer();
    while (this.#writing || this.#heldPackets > 0 || this.#observations.length > 0) await this.flush();
    await this.#ports.ledger.finish(this.#ports.content, this.#ports.sensor.id, { path: 'live', format: 'live', defects: 0 });
  }
}
