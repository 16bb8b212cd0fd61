/**
 * WeChat's `wx` object and the runtime of a mini program (App, Page) as an ES module; wx.js is the same as a script.
 *
 *     import { createWx } from './wx.mjs'        createWx({ base })
 */

// SOURCES, which share this one scope
export { createWx, createRuntime, tapButton, happen };
