/**
 * Where it comes from: a world map with one disc a country (area: hosts, colour: change), and lines from the countries of the rising finding to the telescopes.
 *
 * In: hosts by country, countries of the headline, countries of the sensors. Land is Natural Earth 1:110m, bundled. SVG, at most some 240 discs;
 * a press on a disc opens the menu of its country. Readers get the summary and the table of `figure.tsx`.
 * @module
 */
import { geoGraticule10, geoNaturalEarth1, geoPath } from 'd3-geo';
import { useMemo } from 'react';
import { feature } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import landTopology from 'world-atlas/land-110m.json';
import { useWords } from '../i18n/language.tsx';
import type { NowPicture } from '../frame/api-client.ts';
import { COUNTRY_PLACES } from './country-places.catalogue.ts';
import { openMenu } from './value.tsx';

const WIDTH = 700;
const HEIGHT = 330;
/** Shown latitudes: without Antarctica's emptiness the inhabited world is larger. */
const SOUTH = -57;
const NORTH = 83;
/** Largest disc, in units of the picture. */
const MAX_RADIUS = 13;

const BELT = { type: 'MultiPoint' as const, coordinates: [[-168.9, 0], [-169.1, 0], [11, NORTH], [11, SOUTH]] };
const projection = geoNaturalEarth1().rotate([-11, 0]).fitExtent([[2, 4], [WIDTH - 2, HEIGHT - 4]], BELT).clipExtent([[0, 0], [WIDTH, HEIGHT]]);
const draw = geoPath(projection).digits(1);
const topology = landTopology as unknown as Topology<{ land: GeometryCollection }>;
const LAND = draw(feature(topology, topology.objects.land)) ?? '';
const GRATICULE = draw(geoGraticule10()) ?? '';

export function placeOf(country: string): readonly [number, number] | null {
  const place = COUNTRY_PLACES[country];
  return place ? projection([place[0], place[1]]) : null;
}
/** Ramp step by change: fewer and as before cool, more warm. */
export function stepOf(ratio: number | null): 0 | 1 | 2 | 3 | 4 | 5 {
  if (ratio === null) return 2;
  return ratio < 0.8 ? 1 : ratio < 1.15 ? 2 : ratio < 1.5 ? 3 : ratio < 3 ? 4 : 5;
}

interface WorldMapProps { readonly map: NowPicture['map']; readonly hotCountries: readonly string[]; readonly sensorCountries: readonly string[] }

export function WorldMap({ map, hotCountries, sensorCountries }: WorldMapProps) {
  const { f } = useWords();
  const discs = useMemo(() => {
    const top = Math.max(1, ...map.map((m) => m.hosts));
    return map.flatMap((m) => {
      const at = placeOf(m.country);
      return at ? [{ ...m, x: at[0], y: at[1], r: Math.max(2.2, MAX_RADIUS * Math.sqrt(m.hosts / top)) }] : [];
    }).sort((a, b) => b.r - a.r);
  }, [map]);
  const target = sensorCountries.map(placeOf).find((p) => p !== null) ?? null;
  const arcs = useMemo(() => (target === null ? [] : hotCountries.slice(0, 12).flatMap((country) => {
    const from = placeOf(country);
    if (!from || Math.hypot(from[0] - target[0], from[1] - target[1]) < 8) return [];
    const [mx, my] = [(from[0] + target[0]) / 2, (from[1] + target[1]) / 2];
    const lift = Math.hypot(from[0] - target[0], from[1] - target[1]) * 0.28;
    return [{ country, d: `M${from[0].toFixed(1)} ${from[1].toFixed(1)}Q${mx.toFixed(1)} ${(my - lift).toFixed(1)} ${target[0].toFixed(1)} ${target[1].toFixed(1)}` }];
  })), [hotCountries, target]);
  return (
    <svg className="map" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true" focusable="false">
      <path className="graticule" d={GRATICULE} />
      <path className="land" d={LAND} />
      {arcs.map((a) => <path key={a.country} className="arc" d={a.d} />)}
      {discs.map((m) => (
        <circle key={m.country} className="disc" data-step={stepOf(m.ratio)} cx={m.x.toFixed(1)} cy={m.y.toFixed(1)} r={m.r.toFixed(1)}
          onClick={(event) => openMenu({ field: 'country', value: m.country, anchor: event.currentTarget as unknown as HTMLElement })}>
          <title>{`${f.country(m.country)}: ${f.n(m.hosts)} (${f.change(m.ratio)})`}</title>
        </circle>
      ))}
      {sensorCountries.map((c) => { const at = placeOf(c); return at && <path key={c} className="telescope" d={`M${at[0].toFixed(1)} ${(at[1] - 4).toFixed(1)}l3.500 6h-7z`} />; })}
    </svg>
  );
}
