namespace Shop;

internal sealed record Product(int Id, string Name, decimal Price);

internal sealed record Cart(int Items, decimal Total);

internal static class Products
{
    public static readonly Product[] All =
    [
        new(1, "Brass compass", 42.00m),
        new(2, "Canvas jacket", 89.50m),
        new(3, "Deck shoes", 64.00m),
        new(4, "Enamel mug", 9.80m),
        new(5, "Hemp rope, 20 m", 27.30m),
        new(6, "Storm lantern", 38.90m),
        new(7, "Tide table", 12.00m),
        new(8, "Wool jumper", 74.00m),
    ];
}
