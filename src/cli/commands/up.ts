/**
 * `noroshi up`: the platform — stores, engines, portal — until interrupted.
 * @module
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { OperatorError } from '../../core/errors.ts';
import { line, text, type Command } from '../command.ts';
import { portalUrl } from '../portal-url.ts';
import { wholeNumber } from '../ranges.ts';

export const up: Command & { readonly name: 'up' } = {
  name: 'up', data: 'alone', about: 'The platform: stores, engines and the portal, until interrupted.',
  options: [
    { flags: '--port <n>', about: 'port of the portal (default 8787; 0 takes a free one)' },
    { flags: '--host <address>', about: 'address to listen on (default 127.0.0.1; another needs TLS or --behind-proxy)' },
    { flags: '--tls-cert <file>', about: 'certificate chain (PEM)' }, { flags: '--tls-key <file>', about: 'its key (PEM)' },
    { flags: '--behind-proxy', about: 'a proxy in front terminates TLS' },
    { flags: '--demo', about: 'replay a simulated day at once (always marked as simulated)' },
  ],
  example: 'noroshi up --port 8787',
  async run(ctx, _args, options) {
    // Loaded here, so that other commands start without a web server in memory.
    const [{ createPortal }, { portalServices }] = await Promise.all([import('../../portal/server.ts'), import('../portal-services.ts')]);
    const hub = await ctx.hub();
    const { portal: config } = hub.config;
    const file = (name: string, fallback: string | undefined): string | undefined => {
      const path = text(options, name) ?? fallback;
      if (path === undefined) return undefined;
      try { return readFileSync(resolve(ctx.cwd, path), 'utf8'); } catch (error) { throw new OperatorError('file-missing', { path, reason: (error as Error).message }); }
    };
    const cert = file('tlsCert', config.tls_cert), key = file('tlsKey', config.tls_key);
    const services = portalServices(hub);
    const portal = createPortal(services, { onFault: (error) => ctx.note(`portal: ${error instanceof Error ? error.stack ?? error.message : String(error)}`) });
    const { url } = await portal.listen({
      port: wholeNumber(options, 'port', config.port, 0, 65_535), host: text(options, 'host') ?? config.host,
      ...(cert !== undefined && key !== undefined ? { tls: { cert, key } } : {}), behindProxy: options['behindProxy'] === true || config.behind_proxy,
    });
    portalUrl.set(url);
    const adminLink = portalUrl.adminLink(hub, await hub.orgs.signIn.administratorLink());
    if (ctx.json) await line(ctx, { ready: true, url, adminLink });
    else {
      await ctx.out(`Noroshi ${hub.version} is up: ${url}\nSign in as administrator (works once, for one hour, from this machine):\n  ${adminLink}\n`);
      ctx.note('Ctrl-C ends. A new link: noroshi admin link');
    }
    if (options['demo'] === true) await services.jobs.replay(await hub.viewer(), { scenario: 'demo-day', seed: 1, speed: 60 });
    await new Promise<void>((done) => {
      if (ctx.signal.aborted) done();
      else ctx.signal.addEventListener('abort', () => done(), { once: true });
    });
    await portal.close();
  },
};
