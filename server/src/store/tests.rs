mod audit;
mod builds;
mod codes;
mod opening;
mod renewals;
mod secrets;
