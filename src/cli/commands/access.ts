/**
 * `noroshi keys`, `noroshi admin`, `noroshi audit`: keys of the API, the administrator's link, the audit chain.
 * @module
 */
import { OperatorError } from '../../core/errors.ts';
import { formatTime } from '../../core/time.ts';
import { requireRole } from '../../orgs/access.ts';
import { orgId } from '../../core/ids.ts';
import { EXIT, line, text, type Command } from '../command.ts';
import { portalUrl } from '../portal-url.ts';
import { table } from '../table.ts';

export const keys: Command & { readonly name: 'keys' } = {
  name: 'keys', args: '[action] [id]', data: 'shared', about: 'Bearer keys of the API: create, list, revoke.',
  options: [
    { flags: '--role <role>', about: 'viewer, analyst or administrator', choices: ['viewer', 'analyst', 'administrator'] },
    { flags: '--org <name>', about: 'the organisation it is for (default local)' },
  ],
  example: 'noroshi keys create --role viewer',
  async run(ctx, args, options) {
    const { orgs, viewer } = await ctx.hub();
    const operator = await viewer();
    const action = args[0] ?? 'list';
    switch (action) {
      case 'create': {
        const org = orgId(text(options, 'org') ?? 'local');
        const made = await orgs.keys.create(await orgs.operator([org]), { role: requireRole(text(options, 'role') ?? 'viewer'), org });
        if (ctx.json) await line(ctx, made);
        else { await ctx.out(`${made.key}\n`); ctx.note(`Key ${made.id}: shown once, kept nowhere. Use it as: Authorization: Bearer ${made.key.slice(0, 8)}…`); }
        return;
      }
      case 'revoke':
        await orgs.keys.revoke(operator, args[1] ?? '');
        if (ctx.json) await line(ctx, { revoked: args[1] ?? '' });
        else ctx.note(`Revoked ${args[1] ?? ''}.`);
        return;
      case 'list': {
        const all = await orgs.keys.list(operator);
        if (ctx.json) await line(ctx, all);
        else if (all.length === 0) ctx.note('No key yet. `noroshi keys create --role viewer` makes one.');
        else await ctx.out(table(['id', 'role', 'organisation', 'made', 'by', 'last used'], all.map((k) => [k.id, k.role, k.org, formatTime(k.createdUs), k.by, k.lastUsedUs === null ? null : formatTime(k.lastUsedUs)])));
        return;
      }
      default: throw new OperatorError('usage', { message: `keys knows create, list and revoke, not '${action}'.` });
    }
  },
};

export const admin: Command & { readonly name: 'admin' } = {
  name: 'admin', args: '<action>', data: 'shared', about: 'admin link: a new one-time sign-in link for the administrator.', options: [],
  example: 'noroshi admin link',
  async run(ctx, args) {
    if (args[0] !== 'link') throw new OperatorError('usage', { message: `admin knows link, not '${args[0] ?? ''}'.` });
    const hub = await ctx.hub();
    const adminLink = portalUrl.adminLink(hub, await hub.orgs.signIn.administratorLink());
    if (ctx.json) await line(ctx, { adminLink });
    else { await ctx.out(`${adminLink}\n`); ctx.note('Works once, for one hour, from this machine.'); }
  },
};

export const audit: Command & { readonly name: 'audit' } = {
  name: 'audit', args: '<action>', data: 'shared', about: 'audit verify: whether the audit log is whole.', options: [],
  example: 'noroshi audit verify',
  async run(ctx, args) {
    if (args[0] !== 'verify') throw new OperatorError('usage', { message: `audit knows verify, not '${args[0] ?? ''}'.` });
    const verdict = await (await ctx.hub()).orgs.audit.verify();
    if (ctx.json) await line(ctx, verdict);
    else ctx.note(verdict.intact ? `The audit log is whole: ${verdict.entries} entries.` : `The audit log is broken at entry ${verdict.firstBroken}: ${verdict.reason}`);
    return verdict.intact ? EXIT.done : EXIT.no;
  },
};
