//! Paging: how many rows of a long list at once.

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use transom_protocol::problem::Problem;

use crate::door::Refused;

/// Most rows of one page.
const MOST: u32 = 1000;

/// How many rows where nobody says.
pub fn usual() -> u32 {
    100
}

/// What came in the query, or what is wrong with it. Nothing of it is repeated.
///
/// # Errors
/// [`Problem::Malformed`].
pub fn read<T>(query: Result<Query<T>, QueryRejection>, limit: impl Fn(&T) -> u32) -> Result<T, Refused> {
    let Ok(Query(query)) = query else {
        let what = "A parameter of the address is unknown, stands twice, or has a value that cannot be.";
        return Err(Refused::because(Problem::Malformed, what));
    };
    if !(1..=MOST).contains(&limit(&query)) {
        return Err(Refused::because(Problem::Malformed, format!("The parameter limit is 1 to {MOST}.")));
    }
    Ok(query)
}
