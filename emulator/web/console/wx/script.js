/**
 * WeChat's `wx` object and the runtime of a mini program (App, Page), for browsers and Node 18 or later.
 *
 *     <script src="wx.js"></script>              mockdoor.createWx({ base })
 *     const { createWx } = require('./wx.js')    createWx({ base })
 *     import { createWx } from './wx.mjs'        createWx({ base })
 *
 * What is imitated comes from WeChat's documentation and from captured replies; what is guessed says "assumed".
 */
'use strict';

(() => {
  // SOURCES, which share this one scope
  globalThis.mockdoor = { createWx, createRuntime, tapButton, happen };
  // Written out, because Node looks for the names of a CommonJS module without running it.
  if (typeof module === 'object' && module.exports) module.exports = { createWx, createRuntime, tapButton, happen };
})();
