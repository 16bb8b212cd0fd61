// What came of an exchange, or of a call inside one: the server's word, in the reader's language.

import { pick, t } from './i18n.js';

/** Return whether an exchange failed. */
export function hasFailed(exchange) {
  return exchange.outcome ? exchange.outcome.failed : failureIn(exchange.response) !== '';
}

/** Return what went wrong, '' for nothing. */
export function failureOf(exchange) {
  const { outcome } = exchange;
  if (!outcome) return failureIn(exchange.response);
  return outcome.failed ? pick(outcome.text.en, outcome.text.zh) || t('failed') : '';
}

/** Return why it went wrong, '' where nobody knows. */
export function reasonOf({ reason, why }) {
  return (reason && pick(reason.en, reason.zh)) || why || '';
}

/** Return what a reply of one of the three dialects says, for a server that does not send outcomes. */
function failureIn(reply) {
  if (reply.failure) return t(`failure.${reply.failure}`);
  let body = {};
  try { body = JSON.parse(reply.body) || {}; } catch { /* no JSON says nothing */ }
  if (body.errcode) return `${body.errcode} ${String(body.errmsg || '').replace(/,? rid:.*$/, '')}`;
  if (body.error) return `${body.error}${body.error_description ? `: ${body.error_description}` : ''}`;
  if (body.status === 'error') return body.msg || 'error';
  return reply.status === null || reply.status >= 400 ? `HTTP ${reply.status}` : '';
}
