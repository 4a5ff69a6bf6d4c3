// @ts-check
// What the dashboard is told when it starts, all by the environment.

/**
 * @typedef {object} Settings
 * @property {number} port where the dashboard listens, on 127.0.0.1
 * @property {string} transom Transom's address as browsers see it
 * @property {string} serviceKey what the dashboard proves itself with to Transom
 * @property {string} webhookSecret what Transom signs its webhooks with
 * @property {string} machines directory for the machines of the builds
 * @property {number} pollMs how often Transom is asked whether a finished build's machine can go
 */

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {Settings}
 */
export function settings(env) {
  return {
    port: Number(env["DEMO_PORT"] ?? 8000),
    transom: required(env, "DEMO_TRANSOM_URL").replace(/\/$/, ""),
    serviceKey: required(env, "DEMO_SERVICE_KEY"),
    webhookSecret: required(env, "DEMO_WEBHOOK_SECRET"),
    machines: required(env, "DEMO_MACHINES_DIR"),
    pollMs: Number(env["DEMO_POLL_MS"] ?? 1000),
  };
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {string} name
 */
function required(env, name) {
  const value = env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}
