/**
 * Slots × hosts: who sent when, one row a host, one column a time slot, colour by packets. The rhythm of a group shows at a glance.
 *
 * In: `packets[row * slots + column]`. Drawn as pixels into a canvas of exactly slots × rows and stretched without smoothing. A press opens the row's host.
 * @module
 */
import { useEffect, useRef, type MouseEvent } from 'react';
import { token, useAppearance } from '../frame/appearance.ts';
import type { FindingDetail } from '../frame/api-client.ts';
import { openMenu } from './value.tsx';

function rgb(hex: string): [number, number, number] {
  const n = Number.parseInt(hex.slice(1), 16);
  return [(n >> 16) & 255, (n >> 8) & 255, n & 255];
}
/** Ramp step of a count: 1, 2, 3–4, 5–9, 10 and more packets in a slot. */
function stepOf(packets: number): number { return packets <= 0 ? -1 : packets < 2 ? 1 : packets < 3 ? 2 : packets < 5 ? 3 : packets < 10 ? 4 : 5; }

export function Matrix({ matrix }: { readonly matrix: FindingDetail['matrix'] }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { dark, more } = useAppearance();
  const rows = matrix.hosts.length;
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context || rows === 0 || matrix.slots === 0) return;
    const image = context.createImageData(matrix.slots, rows);
    const ramp = [0, 1, 2, 3, 4, 5].map((i) => rgb(token(`--r${i}`)));
    const ground = rgb(token('--sunken'));
    for (let i = 0; i < rows * matrix.slots; i++) {
      const step = stepOf(matrix.packets[i] ?? 0);
      const [r, g, b] = (step < 0 ? ground : ramp[step]) ?? ground;
      image.data.set([r, g, b, 255], i * 4);
    }
    context.putImageData(image, 0, 0);
  }, [matrix, rows, dark, more]);
  const press = (event: MouseEvent<HTMLCanvasElement>): void => {
    const box = event.currentTarget.getBoundingClientRect();
    const host = matrix.hosts[Math.floor(((event.clientY - box.top) / box.height) * rows)];
    if (host) openMenu({ field: 'src', value: host, anchor: event.currentTarget });
  };
  return <canvas ref={canvas} className="matrix" width={Math.max(1, matrix.slots)} height={Math.max(1, rows)} style={{ height: Math.min(240, Math.max(60, rows * 6)) }} aria-hidden="true" onClick={press} />;
}
