/**
 * The page of one host, and the tags that people give it.
 *
 * A person's tag holds from the first day of time to its last until it is taken off; taking off and giving are audited.
 * @module
 */
import { formatAddress, formatCidr, parseAddress, parseCidr } from '../../core/address.ts';
import { OperatorError } from '../../core/errors.ts';
import type { OrgId } from '../../core/ids.ts';
import type { Finding } from '../../findings/finding.ts';
import type { Viewer } from '../../observations/contract.ts';
import { askHost } from '../../observations/questions/host.ts';
import { findingRowOf } from '../finding-row.ts';
import type { SomeHandlers } from '../handlers.ts';
import type { RouteContext } from './all.ts';

/** The end of the year 2200: a tag without an end. */
const ALWAYS = { fromUs: 0, toUs: Date.UTC(2201, 0, 1) * 1000 };
const MOST_FINDINGS = 100;

export function hostRoutes({ services, ranges }: RouteContext): SomeHandlers<'GET /hosts/:src' | 'POST /hosts/:src/tags' | 'DELETE /hosts/:src/tags/:value'> {
  const { store, findings, orgs } = services;

  /** Findings name an IPv6 source by its address or by its /64. */
  async function findingsOf(viewer: Viewer, src: string): Promise<Finding[]> {
    const names = src.includes(':') ? [src, networkOf(src), networkOf(src).replace(/\/64$/, '')] : [src];
    const found = (await Promise.all(names.map((name) => findings.ofSource(viewer, name, MOST_FINDINGS)))).flat();
    return [...new Map(found.map((f) => [f.id, f])).values()].sort((a, b) => b.firstRaisedUs - a.firstRaisedUs).slice(0, MOST_FINDINGS);
  }

  return {
    async 'GET /hosts/:src'({ viewer, params, query }) {
      const src = requireAddress(params.src), range = await ranges.resolve(viewer, query);
      const [page, found] = await Promise.all([askHost(store, viewer, src, range), findingsOf(viewer, src)]);
      if (!page) throw new OperatorError('address', { text: src });
      return { ...page, asName: page.asn === 0 ? '' : services.asName(page.asn), findings: found.map(findingRowOf) };
    },

    async 'POST /hosts/:src/tags'({ viewer, params, body }) {
      const src = requireAddress(params.src), org = viewer.orgs[0] as OrgId;
      await store.addHostTags([{ org, src, range: ALWAYS, field: 'tag', value: body.value, by: `person:${viewer.person}`, reason: body.reason }]);
      await orgs.audit.append({ org, person: viewer.person, action: 'host.tag', subject: src, detail: `${body.value} ${body.reason}`.trim() });
    },

    async 'DELETE /hosts/:src/tags/:value'({ viewer, params }) {
      const src = requireAddress(params.src), org = viewer.orgs[0] as OrgId;
      await store.removeHostTags(org, src, params.value, `person:${viewer.person}`);
      await orgs.audit.append({ org, person: viewer.person, action: 'host.untag', subject: src, detail: params.value });
    },
  };
}

function requireAddress(text: string): string {
  const address = parseAddress(text);
  if (!address) throw new OperatorError('address', { text: text.slice(0, 64) });
  return formatAddress(address);
}

function networkOf(src: string): string {
  const network = parseCidr(`${src}/64`);
  return network ? formatCidr(network) : src;
}
