using Shop;

return await ShopApp.RunAsync(args, CancellationToken.None);
