/**
 * How many requests the provider may make: its own limit of 50 a second is what thousands of objects wait for; the engine
 * makes few at once, and the API server has limits of its own.
 */
export const KUBE_CLIENT = { qps: 500, burst: 1000 };
