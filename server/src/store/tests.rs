//! The store on SQLite and on PostgreSQL, the same tests on both.

mod attended;
mod audit;
mod builds;
mod codes;
mod deliveries;
mod opening;
mod recordings;
mod renewals;
mod search;
mod secrets;
mod shares;
