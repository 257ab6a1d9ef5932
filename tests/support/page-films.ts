/** Does something when a page takes it for markup: runs a script, and asks another host. */
export const MARKUP = '<img src="x" onerror="window.stolen = true"><script>window.stolen = true</script>';

/** Films as an items table has them, one of them with a title and a genre that want to be markup. */
export const FILMS: readonly { title: string; genre: string | null }[] = [
  { title: "Toy Story (1995)", genre: "Animation" },
  { title: "Heat (1995)", genre: "Crime" },
  { title: "Casino (1995)", genre: "Crime" },
  { title: "Braveheart (1995)", genre: "Drama" },
  { title: "Apollo 13 (1995)", genre: "Drama" },
  { title: "Pulp Fiction (1994)", genre: "Crime" },
  { title: "Forrest Gump (1994)", genre: "Comedy" },
  { title: "The Shawshank Redemption (1994)", genre: "Drama" },
  { title: "Léon: The Professional (a.k.a. The Professional) (Léon) (1994)", genre: "Thriller" },
  { title: "Schindler's List (1993)", genre: "Drama" },
  { title: "The Silence of the Lambs (1991)", genre: "Horror" },
  { title: "The Godfather (1972)", genre: "Crime" },
  { title: MARKUP, genre: MARKUP },
  { title: "Fargo (1996)", genre: null },
  { title: "The Matrix (1999)", genre: "Sci-Fi" },
];
