// Package hosts has no code. The packages below it are the code that a host writes
// for seatwright: one for each way to handle transactions, and one for each way to
// serve requests. Copy the one that fits your host; each has at most 80 lines.
//
//   - [github.com/seatwright/seatwright/examples/hosts/pgxhost]: closures in
//     transactions of pgx, with row-level security for tenants
//   - [github.com/seatwright/seatwright/examples/hosts/sqlhost]: database/sql, with
//     the transaction in the context, and savepoints
//   - [github.com/seatwright/seatwright/examples/hosts/gormhost]: GORM
//   - [github.com/seatwright/seatwright/examples/hosts/sqlitehost]: a host that
//     hands out no transaction
//   - [github.com/seatwright/seatwright/examples/hosts/httphost] and
//     [github.com/seatwright/seatwright/examples/hosts/grpchost]: middleware that
//     checks who may use what
//   - [github.com/seatwright/seatwright/examples/hosts/start]: starting and stopping
//
// Each passes the suite in hosttest for its kind. docs/production.md, Doors, says
// which one fits which host.
package hosts
