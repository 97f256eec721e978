// Package hosts has no code. The packages below it are the code that a host writes
// for seatwright: one for each way to handle transactions, and one for each way to
// serve requests. Copy those that fit your host; each has at most 80 lines.
//
//   - [github.com/seatwright/seatwright/examples/hosts/pgxhost]: a
//     transaction function over pgx, with row-level security for tenants
//   - [github.com/seatwright/seatwright/examples/hosts/sqlhost]: one over
//     database/sql, with the transaction in the context, and savepoints
//   - [github.com/seatwright/seatwright/examples/hosts/gormhost]: one over GORM
//   - [github.com/seatwright/seatwright/examples/hosts/sqlitehost]: a host
//     without a transaction function
//   - [github.com/seatwright/seatwright/examples/hosts/httphost] and
//     [github.com/seatwright/seatwright/examples/hosts/grpchost]: middleware and
//     interceptors that check who may use what
//   - [github.com/seatwright/seatwright/examples/hosts/start]: starting and stopping
//
// Those that change seats pass the suite in hosttest. docs/production.md, Packages
// to copy, says which one fits which host.
package hosts
