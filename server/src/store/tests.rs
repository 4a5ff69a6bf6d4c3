//! The store on SQLite and on PostgreSQL, the same tests on both.

mod admins;
mod attended;
mod audit;
mod builds;
mod codes;
mod deliveries;
mod opening;
mod recordings;
mod removals;
mod renewals;
mod search;
mod secrets;
mod shares;
