/** The sign-in service, by oidc-client-ts: fetched when somebody signs in. Tokens lie in the tab's sessionStorage. */

import { UserManager, WebStorageStateStore } from 'oidc-client-ts';
import type { SignIn } from './config';

export interface Oidc {
  /** Leads to the service. */
  start: () => Promise<void>;
  /** Takes its answer, the address that it led back to. */
  finish: (address: string) => Promise<void>;
  /** An access token that holds for some seconds at least, renewed if need be; null when nobody has signed in, or no longer. */
  token: () => Promise<string | null>;
  /** Signs out there too; whether the page is being left for it. */
  end: () => Promise<boolean>;
  forget: () => Promise<void>;
}

/** Seconds before its end at which a token is renewed. */
const EARLY = 30;

export function createOidc({ issuer, clientId, scopes }: SignIn, page: string): Oidc {
  const store = new WebStorageStateStore({ store: sessionStorage });
  const manager = new UserManager({
    authority: issuer,
    client_id: clientId,
    redirect_uri: page,
    post_logout_redirect_uri: page,
    response_type: 'code',
    scope: scopes.split(/\s+/).includes('openid') ? scopes : `openid ${scopes}`,
    userStore: store,
    stateStore: store,
    // Renewed when it is asked for: no timers, and no frames, which the page's policy forbids.
    automaticSilentRenew: false,
    monitorSession: false,
    requestTimeoutInSeconds: 15,
  });
  let renewing: Promise<string | null> | null = null;

  const renew = () => {
    renewing ??= manager
      .signinSilent()
      .then((user) => user?.access_token ?? null)
      .catch(() => null)
      .finally(() => (renewing = null));
    return renewing;
  };

  return {
    start: () => manager.signinRedirect(),
    finish: async (address) => void (await manager.signinRedirectCallback(address)),
    token: async () => {
      const user = await manager.getUser();
      if (!user) return null;
      if ((user.expires_in ?? EARLY + 1) > EARLY) return user.access_token;
      const renewed = user.refresh_token ? await renew() : null;
      return renewed ?? ((user.expires_in ?? 0) > 0 ? user.access_token : null);
    },
    end: async () => {
      if (!(await manager.metadataService.getEndSessionEndpoint())) return false;
      await manager.signoutRedirect();
      return true;
    },
    forget: () => manager.removeUser(),
  };
}
