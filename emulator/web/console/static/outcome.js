// What came of an exchange, or of a call inside one: the server's word, in the reader's language.

import { pick, t } from './i18n.js';

/** Return whether an exchange failed. */
export function hasFailed({ outcome }) {
  return outcome.failed;
}

/** Return what went wrong, '' for nothing. */
export function failureOf({ outcome }) {
  return outcome.failed ? pick(outcome.en, outcome.zh) || t('failed') : '';
}

/** Return why it went wrong, '' where nobody knows. */
export function reasonOf({ reason }) {
  return reason ? pick(reason.en, reason.zh) : '';
}
