/**
 * WeChat's `wx` object and the runtime of a mini program (App, Page), for browsers and Node 18 or later.
 *
 *     <script src="wx.js"></script>            mockdoor.createWx({ base })
 *     require('./wx.js').createWx({ base })    import './wx.js'  then  globalThis.mockdoor
 *
 * What is imitated comes from WeChat's documentation and from captured replies; what is guessed says "assumed".
 */
'use strict';

(() => {
  // SOURCES, which share this one scope
  const api = { createWx, createRuntime };
  globalThis.mockdoor = api;
  if (typeof module === 'object' && module.exports) module.exports = api;
})();
