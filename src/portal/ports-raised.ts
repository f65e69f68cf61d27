/**
 * Which ports somebody should look at: open findings that name them, joined to the store's figures of ports.
 * @module
 */
import { FINDINGS } from '../findings/findings.catalogue.ts';
import type { Finding } from '../findings/finding.ts';
import type { PortFigures } from '../observations/questions/port-figures.ts';
import type { z } from 'zod';
import type { portRow } from './api.ts';

/** The gravest open early warning of each port; scans and victims name ports too, but are no sign that a port is at risk. */
export function findingByPort(findings: readonly Finding[]): Map<string, Finding> {
  const byPort = new Map<string, Finding>();
  for (const finding of findings) {
    if (finding.state !== 'open' || !FINDINGS[finding.name].earlyWarning) continue;
    for (const port of finding.ports) {
      const known = byPort.get(port);
      if (!known || finding.severity > known.severity) byPort.set(port, finding);
    }
  }
  return byPort;
}

export function portRowOf(figures: PortFigures, byPort: ReadonlyMap<string, Finding>): z.infer<typeof portRow> {
  const { port, service, hosts, packets, ratio, trend, tools, firstSensor, firstUs } = figures;
  return { port, service, hosts, packets, ratio, trend, tools, firstSensor, firstUs, raised: byPort.has(port) };
}
