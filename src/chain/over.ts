import type { Provider, Signer } from "ethers";

/** A provider that does some things in its own way, and leaves the rest to another one. */
export function over(provider: Provider, own: Partial<Provider & Pick<Signer, "sendTransaction">>): Provider {
  const made: Provider = new Proxy(provider, {
    get(target, key): unknown {
      if (key === "provider") return made;
      if (Object.hasOwn(own, key)) return Reflect.get(own, key);
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
  return made;
}
