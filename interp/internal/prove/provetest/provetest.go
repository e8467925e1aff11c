// Package provetest says what is proved of the blocks and nets of the library, for every test that asks.
package provetest

// Bounded are those that read their lists at several places at once, and are proved for a few lengths of
// these. All others are proved for every value.
var Bounded = []string{"bottle2neck", "efficientnet_v2", "exchange", "fpn"}

// Costly are those whose proofs are more work than a file is given, but are proved where there is no limit:
// HRNet of all widths applies `exchange` eight times.
var Costly = []string{"hrnet"}
