//! `[[origin.routes]]`: what is different for some paths of a server.

use http::{HeaderValue, StatusCode};

use super::table::Table;
use super::value;
use crate::origin::{MOST_HOPS, Redirects, Route};

/// More than this is no small world.
const MOST_ROUTES: usize = 64;

/// All routes of the server in `table`.
pub(super) fn read_all(table: &Table<'_, '_>) -> Vec<Route> {
    let routes = table.tables("routes");
    if routes.len() > MOST_ROUTES {
        let problem = format!("{} are more than {MOST_ROUTES}", routes.len());
        table.fail("routes", problem);
    }
    routes.iter().map(read).collect()
}

fn read(table: &Table<'_, '_>) -> Route {
    table.only(&["path", "cache_control", "redirects"]);
    let path = table.get(
        "path",
        "how paths begin, with a slash, such as \"/old/\"",
        |value| {
            let path = value.as_str()?;
            path.starts_with('/').then(|| path.to_owned())
        },
    );
    Route {
        path: path.unwrap_or_else(|| Route::default().path),
        cache_control: table.get("cache_control", super::origin::HEADER, |value| {
            HeaderValue::from_str(value.as_str()?).ok()
        }),
        redirects: table.table("redirects").map(|table| redirects(&table)),
    }
}

fn redirects(table: &Table<'_, '_>) -> Redirects {
    table.only(&["hops", "status"]);
    let expected = format!("a whole number from 1 to {MOST_HOPS}");
    let hops = table.get("hops", &expected, |value| {
        u32::try_from(value::count(value, 1..=u64::from(MOST_HOPS))?).ok()
    });
    let status = table.get("status", "one of 301, 302, 303, 307, 308", |value| {
        let code = value::count(value, 301..=308)?;
        let code = u16::try_from(code)
            .ok()
            .filter(|code| ![304, 305, 306].contains(code))?;
        StatusCode::from_u16(code).ok()
    });
    Redirects {
        hops: hops.unwrap_or(1),
        status: status.unwrap_or(StatusCode::FOUND),
    }
}
