//! What a window allows: bandwidth-delay product, window scaling, the rate limit of a window.
