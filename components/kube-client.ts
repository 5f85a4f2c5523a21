/**
 * Rate limits of the provider. Its default of 50 requests per second slows down stacks with
 * thousands of objects; the engine sends few requests in parallel, and the API server has its own
 * limits.
 */
export const KUBE_CLIENT = { qps: 500, burst: 1000 };
